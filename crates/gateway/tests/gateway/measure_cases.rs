//! What is asked of the measures over HTTP: figures by any dimension, what stands behind them, and the scorecard.

use crate::json::Case;
use serde_json::{Value, json};

const GET: &str = "GET";

pub fn cases() -> Vec<Case> {
    vec![
        (
            GET,
            "/api/v1/figures?measures=open&measures=escalated@1&groupBy=WEEKDAY&timeZone=Europe/Tallinn&team=care\
             &without=PERSON&histograms=true",
            Value::Null,
            "QueryFigures",
            json!({
                "measures": ["open", "escalated@1"], "groupBy": ["DIMENSION_WEEKDAY"], "timeZone": "Europe/Tallinn",
                "filter": {"team": "care", "without": ["DIMENSION_PERSON"]}, "histograms": true,
            }),
            ("/rows/0/figures/0/histogram/count/1", json!("9007199254740993")),
        ),
        (
            GET,
            "/api/v1/figures/answered_within_1h/behind?brand=nordnet&part=NOT_COUNTED&pageSize=9&pageToken=60.2",
            Value::Null,
            "ListBehind",
            json!({
                "measure": "answered_within_1h", "filter": {"brand": "nordnet"}, "part": "PART_NOT_COUNTED",
                "pageSize": 9, "pageToken": "60.2",
            }),
            ("/behind/0/conversationId", json!("c1")),
        ),
        (
            GET,
            "/api/v1/scorecard?sideBySide=MONTH&brand=nordnet&smallestSample=5&timeZone=Asia/Dhaka",
            Value::Null,
            "GetScorecard",
            json!({
                "sideBySide": "DIMENSION_MONTH", "filter": {"brand": "nordnet"}, "smallestSample": 5,
                "timeZone": "Asia/Dhaka",
            }),
            ("/rows/0/score/points", json!(0.0)),
        ),
    ]
}
