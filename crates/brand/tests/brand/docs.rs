//! The reference page: every example in it is read, and its table of the context is the checker's own.

use brand::{Brand, FIELDS, FieldType, Settings};

fn page() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/brand-settings.md");
    std::fs::read_to_string(path).expect("the reference page is in docs")
}

/// The fenced blocks of a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_owned).collect()
}

#[test]
fn every_whole_example_compiles() {
    let examples: Vec<String> =
        blocks(&page(), "yaml").into_iter().filter(|block| block.contains("earshot: brand/v1")).collect();
    assert!(!examples.is_empty());
    for example in examples {
        let settings = Settings::parse(&example, "brand-settings.md").unwrap_or_else(|problems| panic!("{problems}"));
        Brand::compile(settings).unwrap();
    }
}

/// The page shows the defaults; they are those of the code.
#[test]
fn what_rises_on_the_page_is_the_default() {
    let page = page();
    let shown = blocks(&page, "yaml").into_iter().find(|block| block.starts_with("rises:")).unwrap();
    let (shown, silent) = (crate::settings(&shown), crate::settings(""));
    assert_eq!((shown.rises, shown.surges), (silent.rises, silent.surges));
}

#[test]
fn every_expression_of_the_page_is_one() {
    let page = blocks(&page(), "cel").concat();
    let expressions: Vec<&str> =
        page.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("//")).collect();
    assert!(expressions.len() >= 5, "{expressions:?}");
    for when in expressions {
        let rules = serde_json::json!([{"name": "r", "when": when, "team": "care"}]);
        crate::settings(&format!("rules: {rules}\n"));
    }
}

#[test]
fn the_table_of_the_context_is_whole() {
    let page = page();
    for field in FIELDS {
        let kind = match field.kind {
            FieldType::Text | FieldType::Language | FieldType::Topic | FieldType::Team => "string".to_owned(),
            FieldType::ListOf(all) => {
                format!("list of {}", all.iter().map(|one| format!("`\"{one}\"`")).collect::<Vec<_>>().join(", "))
            }
            FieldType::OneOf(all) => all.iter().map(|one| format!("`\"{one}\"`")).collect::<Vec<_>>().join(", "),
            FieldType::Bool => "bool".to_owned(),
            FieldType::Int => "int".to_owned(),
            FieldType::Double => "double".to_owned(),
        };
        let row = format!("| `{}` | {kind} | {} |", field.name, field.meaning);
        assert!(page.contains(&row), "docs/brand-settings.md lacks the row\n{row}");
    }
}
