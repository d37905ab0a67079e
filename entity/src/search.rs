//! The words by which a row is found, the same on every database.
//!
//! SQLite's and PostgreSQL's full-text parsers cut text in different places (hyphens, e-mail
//! addresses, numbers with points). So the text is cut here, once, into lower-case runs of letters and
//! digits with spaces between them, on which both parsers agree, and so is what a client searches for.

/// The words of a text: runs of letters and digits, in lower case, without diacritics of Latin
/// letters.
pub fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’').filter_map(|word| {
        let word: String = word
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .map(without_diacritic)
            .collect();
        (!word.is_empty()).then_some(word)
    })
}

/// The words of several texts, each once, with spaces between them: what a `search` column holds.
#[must_use]
pub fn index<'a>(texts: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let mut found: Vec<String> = Vec::new();
    for word in texts.into_iter().flatten().flat_map(words) {
        if !found.contains(&word) {
            found.push(word);
        }
    }
    found.join(" ")
}

fn without_diacritic(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_lower_case_runs_of_letters_and_digits() {
        let found: Vec<_> =
            words("Coeur d'Alene P.D. — St. Mary’s, Cañon-City 15JCOPS-24").collect();
        let expected =
            ["coeur", "dalene", "p", "d", "st", "marys", "canon", "city", "15jcops", "24"];
        assert_eq!(found, expected);
        assert_eq!(index([Some("Bay City"), None, Some("Bay")]), "bay city");
    }
}
