//! Markdown as HTML, with the anchors that GitHub gives to headings.

use std::{collections::BTreeMap, fmt::Write as _, iter::Peekable};

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::links;
use crate::server::pages::page::escape;

/// A page as HTML, and what is found on it.
#[derive(Debug, Default)]
pub(super) struct RenderedPage {
    pub(super) html: String,
    /// In the order of the page: the text before the second heading is the first section.
    pub(super) sections: Vec<DocsSection>,
}

/// A heading and the text below it, up to the next heading.
#[derive(Debug, Default)]
pub(super) struct DocsSection {
    pub(super) heading: String,
    /// 1 is the title of the page.
    pub(super) level: u8,
    /// The id of the heading.
    pub(super) anchor: String,
    pub(super) text: String,
}

/// Renders the page at a path of the repository.
pub(super) fn render(path: &str, markdown: &str) -> RenderedPage {
    let mut renderer = Renderer { path, ..Renderer::default() };
    let mut events =
        Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH)
            .peekable();
    while let Some(event) = events.next() {
        renderer.take(event, &mut events);
    }
    let mut html = String::new();
    html::push_html(&mut html, renderer.events.into_iter());
    // To a screen reader, an empty header is a header without a name.
    let html = html.replace("<th></th>", "<td></td>");
    RenderedPage { html, sections: renderer.sections }
}

#[derive(Default)]
struct Renderer<'a> {
    path: &'a str,
    events: Vec<Event<'a>>,
    sections: Vec<DocsSection>,
    /// How often each anchor was given.
    anchors: BTreeMap<String, usize>,
    /// For each link that is open, whether it leads somewhere.
    links: Vec<bool>,
}

impl<'a> Renderer<'a> {
    fn take(&mut self, event: Event<'a>, rest: &mut Peekable<Parser<'a>>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => self.heading(level, rest),
            Event::Start(Tag::CodeBlock(kind)) => self.code(&kind, rest),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let target = links::target(self.path, &dest_url);
                self.links.push(target.is_some());
                if let Some(target) = target {
                    let dest_url = target.into();
                    self.events.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
                }
            }
            Event::End(TagEnd::Link) => {
                if self.links.pop() == Some(true) {
                    self.events.push(event);
                }
            }
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let dest_url = links::target(self.path, &dest_url).unwrap_or_default().into();
                self.events.push(Event::Start(Tag::Image { link_type, dest_url, title, id }));
            }
            Event::Start(Tag::Table(_)) => {
                let frame =
                    "<div class=\"table\" tabindex=\"0\" role=\"group\" aria-label=\"Table\">\n";
                self.events.extend([Event::Html(frame.into()), event]);
            }
            Event::End(TagEnd::Table) => {
                self.events.extend([event, Event::Html("</div>\n".into())]);
            }
            Event::Start(Tag::HtmlBlock) => self.html(rest),
            Event::Text(ref text) | Event::Code(ref text) => {
                self.found(text);
                self.events.push(event);
            }
            Event::SoftBreak
            | Event::HardBreak
            | Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell | TagEnd::TableRow) =>
            {
                self.found(" ");
                self.events.push(event);
            }
            other => self.events.push(other),
        }
    }

    /// Text of the current section.
    fn found(&mut self, text: &str) {
        if let Some(section) = self.sections.last_mut() {
            section.text.push_str(text);
        }
    }

    /// HTML goes into the page as it is, and comments do not.
    fn html(&mut self, rest: &mut Peekable<Parser<'a>>) {
        let mut block = String::new();
        for event in rest.by_ref() {
            match event {
                Event::Html(text) => block.push_str(&text),
                Event::End(TagEnd::HtmlBlock) => break,
                _ => {}
            }
        }
        if !block.trim_start().starts_with("<!--") {
            self.events.push(Event::Html(with_targets(self.path, &block).into()));
        }
    }

    fn heading(&mut self, level: HeadingLevel, rest: &mut Peekable<Parser<'a>>) {
        let (mut inner, mut heading) = (Vec::new(), String::new());
        for event in rest.by_ref() {
            match event {
                Event::End(TagEnd::Heading(_)) => break,
                Event::Text(ref text) | Event::Code(ref text) => heading.push_str(text),
                _ => {}
            }
            inner.push(event);
        }
        let anchor = self.anchor(&heading);
        let (id, level_number) = (Some(anchor.clone().into()), level as u8);
        self.sections.push(DocsSection {
            heading,
            level: level_number,
            anchor,
            text: String::new(),
        });
        let (classes, attrs) = (Vec::new(), Vec::new());
        self.events.push(Event::Start(Tag::Heading { level, id, classes, attrs }));
        self.events.append(&mut inner);
        self.events.push(Event::End(TagEnd::Heading(level)));
    }

    /// The anchor of a heading, as GitHub makes it: the second of the same name ends with `-1`.
    fn anchor(&mut self, heading: &str) -> String {
        let is_kept = |it: &char| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_');
        let name = heading.trim().to_lowercase();
        let name: String =
            name.chars().filter(is_kept).map(|it| if it == ' ' { '-' } else { it }).collect();
        let times = self.anchors.entry(name.clone()).or_default();
        let anchor = if *times == 0 { name } else { format!("{name}-{times}") };
        *times += 1;
        anchor
    }

    fn code(&mut self, kind: &CodeBlockKind<'a>, rest: &mut Peekable<Parser<'a>>) {
        let mut code = String::new();
        for event in rest.by_ref() {
            match event {
                Event::Text(text) => code.push_str(&text),
                Event::End(TagEnd::CodeBlock) => break,
                _ => {}
            }
        }
        self.found(&code);
        self.found(" ");
        let language = match kind {
            CodeBlockKind::Fenced(language) => language,
            CodeBlockKind::Indented => "",
        };
        let mut block = format!(
            "<div class=\"code\"><pre tabindex=\"0\"><code>{}</code></pre>",
            escape(code.trim_end())
        );
        if language == "graphql" && is_operation(&code) {
            let query: String =
                form_urlencoded::byte_serialize(code.trim_end().as_bytes()).collect();
            // Writing to a string cannot fail.
            let _ = write!(block, "<a class=\"try\" href=\"/playground#query={query}\">Try it</a>");
        }
        block.push_str("</div>\n");
        self.events.push(Event::Html(block.into()));
    }
}

/// Whether a GraphQL document can be sent: it is neither a schema definition nor a fragment on its own.
fn is_operation(document: &str) -> bool {
    let lines = document.lines().map(str::trim_start);
    let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next().is_some_and(|line| {
        line.starts_with('{') || line.starts_with("query") || line.starts_with("subscription")
    })
}

/// HTML in a Markdown page, with the targets of its images as this server serves them.
fn with_targets(path: &str, html: &str) -> String {
    let mut parts = html.split('"');
    let mut shown = parts.next().unwrap_or_default().to_owned();
    let mut is_value = true;
    for part in parts {
        let is_image = is_value && (shown.ends_with(" src=") || shown.ends_with(" srcset="));
        let target = if is_image { links::target(path, part) } else { None };
        shown.push('"');
        shown.push_str(target.as_deref().unwrap_or(part));
        is_value = !is_value;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        render("docs/page.md", markdown).html
    }

    #[test]
    fn headings_have_the_anchors_of_github() {
        let page =
            render("docs/page.md", "# A `b`, and c\nx\n## A b and c\ny `z`\n## --max-cost\n");
        let anchors: Vec<_> = page.sections.iter().map(|it| it.anchor.as_str()).collect();
        assert_eq!(anchors, ["a-b-and-c", "a-b-and-c-1", "--max-cost"]);
        assert_eq!(page.sections[1].text.trim(), "y z");
        assert!(
            page.html.starts_with("<h1 id=\"a-b-and-c\">A <code>b</code>, and c</h1>"),
            "{}",
            page.html
        );
    }

    #[test]
    fn links_and_images_lead_to_this_server_or_become_text() {
        assert_eq!(html("[a](http.md#x)"), "<p><a href=\"/docs/http#x\">a</a></p>\n");
        assert_eq!(html("[`a`](../api/src/lib.rs) b"), "<p><code>a</code> b</p>\n");
        assert_eq!(
            html("![a](explorer-dark.png)"),
            "<p><img src=\"/docs/explorer-dark.png\" alt=\"a\" /></p>\n"
        );
        let picture = "<picture>\n<source srcset=\"explorer-dark.png\">\n<img src=\"explorer-light.png\">\n\
                       </picture>\n";
        let shown = html(picture);
        for target in ["srcset=\"/docs/explorer-dark.png\"", "src=\"/docs/explorer-light.png\""] {
            assert!(shown.contains(target), "{shown}");
        }
        assert_eq!(html("<!-- a -->\n\nb"), "<p>b</p>\n");
        assert!(html("| a | |\n| --- | --- |\n| b | c |\n").contains("<th>a</th><td></td>"));
    }

    #[test]
    fn queries_open_in_the_playground_and_definitions_do_not() {
        let block = html("```graphql\n# a\n{ grants { totalCount } }\n```\n");
        assert!(
            block.contains("href=\"/playground#query=%23+a%0A%7B+grants+%7B+totalCount+%7D+%7D\""),
            "{block}"
        );
        for text in [
            "```graphql\ntype A { b: Int }\n```",
            "```graphql\nfragment A on B { c }\n```",
            "```json\n{}\n```",
        ] {
            assert!(!html(text).contains("playground"), "{text}");
        }
        assert!(html("```\n<b>\n```").contains("<code>&lt;b&gt;</code>"));
    }
}
