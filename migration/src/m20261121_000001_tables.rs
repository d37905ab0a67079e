//! All tables of the dataset, with an index on every column that references, filters or orders.
//!
//! The loader assigns ids, not the database: a load knows the ids of its rows before it writes them, so it inserts
//! whole tables in statements of thousands of rows.
//!
//! Text is compared by its bytes on both databases: that is SQLite's default, and PostgreSQL uses `COLLATE "C"`. So
//! lists have the same order, and pages the same cursors, on both.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(Clone, Copy)]
enum Type {
    Int,
    Big,
    Text,
    Float,
    Date,
    Timestamp,
    Boolean,
}

#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of SQL")]
struct Column {
    name: &'static str,
    kind: Type,
    key: bool,
    null: bool,
    unique: bool,
    indexed: bool,
    references: Option<&'static str>,
}

impl Column {
    const fn new(name: &'static str, kind: Type) -> Self {
        Self { name, kind, key: false, null: false, unique: false, indexed: true, references: None }
    }
    const fn null(mut self) -> Self {
        self.null = true;
        self
    }
    const fn unique(mut self) -> Self {
        self.unique = true;
        self
    }
    const fn unindexed(mut self) -> Self {
        self.indexed = false;
        self
    }
    const fn references(mut self, table: &'static str) -> Self {
        self.references = Some(table);
        self
    }
}

const fn key(name: &'static str) -> Column {
    let mut column = Column::new(name, Type::Int);
    column.key = true;
    column
}
const fn int(name: &'static str) -> Column {
    Column::new(name, Type::Int)
}
const fn big(name: &'static str) -> Column {
    Column::new(name, Type::Big)
}
const fn text(name: &'static str) -> Column {
    Column::new(name, Type::Text)
}
const fn float(name: &'static str) -> Column {
    Column::new(name, Type::Float)
}
const fn date(name: &'static str) -> Column {
    Column::new(name, Type::Date)
}
const fn timestamp(name: &'static str) -> Column {
    Column::new(name, Type::Timestamp)
}
const fn boolean(name: &'static str) -> Column {
    Column::new(name, Type::Boolean)
}

struct Table {
    name: &'static str,
    columns: &'static [Column],
    check: Option<&'static str>,
    /// Whether the column `search` has a full-text index.
    search: bool,
}

const TABLES: &[Table] = &[
    Table {
        name: "revisions",
        columns: &[
            key("id"),
            timestamp("loaded_at"),
            text("format"),
            boolean("synthetic"),
            int("rows_read"),
            int("added"),
            int("changed"),
            int("unchanged"),
            int("removed"),
            int("refused"),
        ],
        check: None,
        search: false,
    },
    Table {
        name: "sources",
        columns: &[
            key("id"),
            text("code").unique(),
            text("kind"),
            text("title"),
            text("publisher").null(),
            text("published_on").null(),
            text("url").null(),
            text("sha256").null().unique(),
            big("bytes").null(),
            int("revision_id").references("revisions"),
        ],
        check: None,
        search: false,
    },
    Table {
        name: "price_index",
        columns: &[
            key("year"),
            int("cpi_u"),
            int("source_id").references("sources"),
            int("revision_id").references("revisions"),
        ],
        check: None,
        search: false,
    },
    Table {
        name: "agencies",
        columns: &[
            key("id"),
            text("ori9").null().unique(),
            text("ori7").null().unique(),
            text("name").null(),
            text("kind").null(),
            text("state").null(),
            text("county_fips").null(),
            text("county_name").null(),
            text("city").null(),
            text("zip").null(),
            float("latitude").null(),
            float("longitude").null(),
            int("population").null(),
            int("sworn_officers").null(),
            text("search").unindexed(),
            int("source_id").references("sources"),
            int("revision_id").references("revisions"),
        ],
        check: None,
        search: true,
    },
    Table {
        name: "organizations",
        columns: &[
            key("id"),
            text("name"),
            text("kind").null(),
            text("city").null(),
            text("state").null(),
            int("founded_year").null(),
            text("former_names").null().unindexed(),
            text("uei").null().unique(),
            text("note").null().unindexed(),
            text("search").unindexed(),
            int("source_id").references("sources"),
            int("revision_id").references("revisions"),
        ],
        check: None,
        search: true,
    },
    Table {
        name: "programs",
        columns: &[
            key("id"),
            text("code").unique(),
            text("name"),
            text("category"),
            int("first_year").null(),
            int("last_year").null(),
            text("note").null().unindexed(),
            text("search").unindexed(),
            int("source_id").references("sources"),
            int("revision_id").references("revisions"),
        ],
        check: None,
        search: true,
    },
    Table {
        name: "grants",
        columns: &[
            key("id"),
            text("award_number").null(),
            text("award_key").null().unique(),
            text("usaspending_key").null().unique(),
            int("agency_id").references("agencies").null(),
            int("organization_id").references("organizations").null(),
            int("program_id").references("programs").null(),
            text("assistance_listing").null(),
            text("instrument").null(),
            int("fiscal_year").null(),
            date("announced_on").null(),
            date("obligated_on").null(),
            date("period_start").null(),
            date("period_end").null(),
            date("original_period_end").null(),
            big("federal_share").null(),
            big("local_match").null(),
            big("project_total").null(),
            big("outlayed").null(),
            text("status").null(),
            text("title").null(),
            text("search").unindexed(),
            int("source_id").references("sources"),
            int("revision_id").references("revisions"),
        ],
        check: Some("(agency_id IS NULL) <> (organization_id IS NULL)"),
        search: true,
    },
    Table {
        name: "obligations",
        columns: &[
            key("id"),
            int("grant_id").references("grants"),
            text("transaction_key").null().unique(),
            text("modification_number").null(),
            date("obligated_on"),
            big("amount"),
            text("description").null().unindexed(),
            int("source_id").references("sources"),
            int("revision_id").references("revisions"),
        ],
        check: None,
        search: false,
    },
    Table {
        name: "officers_funded",
        columns: &[
            key("id"),
            int("grant_id").references("grants"),
            text("kind").null(),
            int("requested").null(),
            int("funded").null(),
            int("accepted").null(),
            int("hired").null(),
            int("retained").null(),
            int("school_resource_officers").null(),
            int("veterans").null(),
            int("part_time").null(),
            int("source_id").references("sources"),
            int("revision_id").references("revisions"),
        ],
        check: None,
        search: false,
    },
    Table {
        name: "trainings",
        columns: &[
            key("id"),
            text("title"),
            text("acronym").null(),
            int("provider_id").references("organizations").null(),
            text("topics").null().unindexed(),
            int("hours").null(),
            text("modality").null(),
            text("certified_by").null(),
            int("first_year").null(),
            text("note").null().unindexed(),
            text("search").unindexed(),
            int("source_id").references("sources"),
            int("revision_id").references("revisions"),
        ],
        check: None,
        search: true,
    },
    Table {
        name: "training_sessions",
        columns: &[
            key("id"),
            int("training_id").references("trainings"),
            int("grant_id").references("grants").null(),
            text("code").null().unique(),
            date("starts_on").null(),
            date("ends_on").null(),
            text("state").null(),
            text("modality").null(),
            int("source_id").references("sources"),
            int("revision_id").references("revisions"),
        ],
        check: None,
        search: false,
    },
    Table {
        name: "trainees",
        columns: &[
            key("id"),
            int("session_id").references("training_sessions"),
            text("role"),
            int("agency_id").references("agencies").null(),
            date("completed_on").null(),
            int("hours").null(),
            int("source_id").references("sources"),
            int("revision_id").references("revisions"),
        ],
        check: None,
        search: false,
    },
    Table {
        name: "partnerships",
        columns: &[
            key("id"),
            int("organization_id").references("organizations"),
            date("announced_on").null(),
            text("purpose").null().unindexed(),
            int("source_id").references("sources"),
            int("revision_id").references("revisions"),
        ],
        check: None,
        search: false,
    },
    Table {
        name: "publications",
        columns: &[
            key("id"),
            text("title"),
            text("series").null(),
            text("topic").null(),
            int("year").null(),
            text("search").unindexed(),
            int("source_id").references("sources"),
            int("revision_id").references("revisions"),
        ],
        check: None,
        search: true,
    },
    Table {
        name: "measures",
        columns: &[
            key("id"),
            text("code").unique(),
            text("name"),
            text("category"),
            text("unit"),
            text("description").unindexed(),
            int("source_id").references("sources"),
            int("revision_id").references("revisions"),
        ],
        check: None,
        search: false,
    },
    Table {
        name: "outcomes",
        columns: &[
            key("id"),
            int("measure_id").references("measures"),
            int("agency_id").references("agencies").null(),
            text("state").null(),
            int("year"),
            big("value"),
            int("months_reported").null(),
            text("flag").null(),
            int("source_id").references("sources"),
            int("revision_id").references("revisions"),
        ],
        check: None,
        search: false,
    },
    Table {
        name: "published_figures",
        columns: &[
            key("id"),
            text("metric"),
            int("program_id").references("programs").null(),
            int("from_year"),
            int("to_year").null(),
            text("as_of").null(),
            text("qualifier"),
            big("value"),
            text("unit"),
            text("note").null().unindexed(),
            int("source_id").references("sources"),
            int("revision_id").references("revisions"),
        ],
        check: None,
        search: false,
    },
];

impl Table {
    fn create(&self, backend: DbBackend) -> TableCreateStatement {
        let mut statement = sea_query::Table::create();
        statement.table(Alias::new(self.name));
        for column in self.columns {
            statement.col(column.definition(backend));
            if let Some(target) = column.references {
                statement.foreign_key(
                    ForeignKey::create()
                        .name(format!("{}_{}_fkey", self.name, column.name))
                        .from(Alias::new(self.name), Alias::new(column.name))
                        .to(Alias::new(target), Alias::new("id")),
                );
            }
        }
        if let Some(check) = self.check {
            statement.check(Expr::cust(check));
        }
        statement
    }

    fn indexes(&self, backend: DbBackend) -> impl Iterator<Item = IndexCreateStatement> {
        self.columns.iter().filter(|column| column.indexed && !column.key).map(move |column| {
            let mut index = Index::create();
            index.name(format!("{}_{}", self.name, column.name)).table(Alias::new(self.name));
            index.col(Alias::new(column.name));
            if column.unique {
                index.unique();
            } else if backend == DbBackend::Postgres {
                // SQLite's indexes implicitly end with the key, by which pages are ordered last.
                let key = self.columns.iter().find(|column| column.key);
                index.col(Alias::new(key.expect("every table has a key").name));
            }
            index
        })
    }
}

impl Column {
    fn definition(&self, backend: DbBackend) -> ColumnDef {
        let mut definition = ColumnDef::new(Alias::new(self.name));
        match (self.kind, backend) {
            (Type::Int, _) => definition.integer(),
            (Type::Big, _) => definition.big_integer(),
            (Type::Text, DbBackend::Postgres) => {
                definition.custom(Alias::new("text COLLATE \"C\""))
            }
            (Type::Text, _) => definition.text(),
            (Type::Float, _) => definition.double(),
            (Type::Date, _) => definition.date(),
            (Type::Timestamp, _) => definition.timestamp_with_time_zone(),
            (Type::Boolean, _) => definition.boolean(),
        };
        if self.key {
            definition.primary_key();
        }
        if self.null {
            definition.null()
        } else {
            definition.not_null()
        };
        definition
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        for table in TABLES {
            manager.create_table(table.create(backend)).await?;
            for index in table.indexes(backend) {
                manager.create_index(index).await?;
            }
            if table.search {
                let name = table.name;
                let sql = match backend {
                    DbBackend::Postgres => format!(
                        "CREATE INDEX {name}_search ON {name} \
                         USING gin (to_tsvector('simple', search))"
                    ),
                    // The index stores no copy of the text; a load rebuilds it at its end.
                    _ => format!(
                        "CREATE VIRTUAL TABLE {name}_search USING fts5 \
                         (search, content='{name}', content_rowid='id', detail='none')"
                    ),
                };
                manager.get_connection().execute_unprepared(&sql).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.iter().rev() {
            if table.search && manager.get_database_backend() == DbBackend::Sqlite {
                let sql = format!("DROP TABLE {}_search", table.name);
                manager.get_connection().execute_unprepared(&sql).await?;
            }
            manager
                .drop_table(sea_query::Table::drop().table(Alias::new(table.name)).to_owned())
                .await?;
        }
        Ok(())
    }
}
