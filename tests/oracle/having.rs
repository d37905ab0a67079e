//! Which groups are kept, and in which order.

use std::cmp::Ordering;

use super::{
    asked::{Asked, part},
    data::{Data, Row},
    dimensions::{Dimension, Key},
    filters::{decimal, holds},
    groups::Group,
    measures::{Figure, Statistic},
    tables::{Table, screaming},
};

#[derive(Clone, Debug)]
pub(super) enum Having {
    And(Vec<Having>),
    Or(Vec<Having>),
    Not(Box<Having>),
    Is(Asked, Statistic, Compared),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Compared {
    To(&'static str, Figure),
    IsNull(bool),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    Key(usize),
    Figure(Asked, Statistic),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub(super) by: By,
    pub(super) descending: bool,
    pub(super) nulls_first: bool,
}

impl Having {
    pub(super) fn text(&self) -> String {
        let list = |parts: &[Self]| {
            let parts: Vec<_> = parts.iter().map(Self::text).collect();
            parts.join(", ")
        };
        match self {
            Self::And(parts) => format!("{{ and: [{}] }}", list(parts)),
            Self::Or(parts) => format!("{{ or: [{}] }}", list(parts)),
            Self::Not(part) => format!("{{ not: {} }}", part.text()),
            Self::Is(asked, statistic, compared) => {
                let test = compared.text();
                let name = asked.name();
                let year =
                    asked.year.map(|year| format!(", inDollarsOf: {year}")).unwrap_or_default();
                match statistic {
                    _ if !asked.is_number() => format!("{{ {name}: {test} }}"),
                    Statistic::Percentile(p) => {
                        format!(
                            "{{ {name}: {{ percentile: [{{ p: {}, is: {test} }}]{year} }} }}",
                            part(*p)
                        )
                    }
                    _ => format!("{{ {name}: {{ {}: {test}{year} }} }}", statistic.field()),
                }
            }
        }
    }

    pub(super) fn keeps(&self, data: &Data, table: &'static Table, rows: &[&Row]) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.keeps(data, table, rows)),
            Self::Or(parts) => parts.iter().any(|part| part.keeps(data, table, rows)),
            Self::Not(part) => !part.keeps(data, table, rows),
            Self::Is(asked, statistic, compared) => {
                let figure = asked.figure(data, table, rows, *statistic).exact();
                match (compared, figure) {
                    (Compared::IsNull(is), figure) => figure.is_none() == *is,
                    (Compared::To(word, with), Some(figure)) => {
                        holds(word, figure.compare(with.exact().unwrap()))
                    }
                    (Compared::To(..), None) => false,
                }
            }
        }
    }
}

impl Compared {
    pub(super) fn text(self) -> String {
        match self {
            Self::To(word, Figure::Whole(number, unit)) => {
                format!("{{ {word}: {} }}", decimal(number, unit))
            }
            Self::To(word, figure) => {
                format!("{{ {word}: {:?} }}", figure.exact().unwrap().float())
            }
            Self::IsNull(is) => format!("{{ isNull: {is} }}"),
        }
    }
}

impl Term {
    pub(super) fn text(self, keys: &[Dimension]) -> String {
        let direction = if self.descending { "DESC" } else { "ASC" };
        let nulls = if self.nulls_first { "FIRST" } else { "LAST" };
        let by = match self.by {
            By::Key(key) => format!("key: {}", screaming(&keys[key].name())),
            By::Figure(asked, statistic) => {
                let name = screaming(asked.name());
                let year =
                    asked.year.map(|year| format!(", inDollarsOf: {year}")).unwrap_or_default();
                let statistic = match statistic {
                    _ if !asked.is_number() => String::new(),
                    Statistic::Percentile(p) => format!(", statistic: PERCENTILE, p: {}", part(p)),
                    _ => format!(", statistic: {}", screaming(&statistic.field())),
                };
                format!("measure: {name}{statistic}{year}")
            }
        };
        format!("{{ {by}, direction: {direction}, nulls: {nulls} }}")
    }

    pub(super) fn compare(
        self,
        data: &Data,
        table: &'static Table,
        a: &Group,
        b: &Group,
    ) -> Ordering {
        let turned = |order: Ordering| if self.descending { order.reverse() } else { order };
        let nulls = |order: Ordering| if self.nulls_first { order.reverse() } else { order };
        match self.by {
            By::Key(key) => match (&a.0[key], &b.0[key]) {
                (Key::Known(a), Key::Known(b)) => turned(a.cmp(b)),
                (a, b) if *a == Key::All || *b == Key::All => a.cmp(b),
                (a, b) => nulls(a.cmp(b)),
            },
            By::Figure(asked, statistic) => {
                let of = |group: &Group| asked.figure(data, table, &group.1, statistic).exact();
                match (of(a), of(b)) {
                    (Some(a), Some(b)) => turned(a.compare(b)),
                    (a, b) => nulls(a.is_none().cmp(&b.is_none())),
                }
            }
        }
    }
}
