//! Bodies read as JSON, with the field named that is wrong.

use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use service::problem::Problem;

/// What is wrong with a body.
#[derive(Debug)]
pub(crate) struct Malformed {
    /// The path of the field, such as `data.text`; empty when the body as a whole is no JSON.
    pub(crate) field: String,
    pub(crate) problem: String,
}

impl Malformed {
    pub(crate) fn new(field: &str, problem: impl Into<String>) -> Self {
        Malformed { field: field.to_owned(), problem: problem.into() }
    }

    /// As an answer with status 400.
    pub(crate) fn answer(self, reason: &'static str) -> Problem {
        let problem = Problem::new(StatusCode::BAD_REQUEST, reason);
        if self.field.is_empty() {
            return problem.detail(self.problem);
        }
        problem.detail(format!("{}: {}", self.field, self.problem)).field(self.field, self.problem)
    }
}

/// Reads a whole body.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Malformed> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        Malformed::new(if field == "." { "" } else { &field }, error.into_inner().to_string())
    })?;
    json.end().map_err(|error| Malformed::new("", error.to_string()))?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Outer {
        _inner: Inner,
    }

    #[derive(Deserialize)]
    struct Inner {
        _count: u32,
    }

    fn wrong(body: &str) -> String {
        read::<Outer>(body.as_bytes()).err().expect("the body is wrong").field
    }

    #[test]
    fn the_wrong_field_is_named_by_its_path() {
        assert_eq!(wrong(r#"{"_inner":{"_count":"many"}}"#), "_inner._count");
        assert_eq!(wrong(r#"{"_inner":{}}"#), "_inner");
        assert_eq!(wrong("nonsense"), "");
        assert_eq!(wrong(r#"{"_inner":{"_count":1}} more"#), "");
    }
}
