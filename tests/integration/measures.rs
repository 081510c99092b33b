//! Figures of a running system: each leads to its conversations, the tools say what the API says, the wallboard shows what
//! burns, and the dashboard of measures asks only what the gateway answers.

use crate::system::{DANA, Up, post};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// A brand with one post that was answered and two that wait, one of them raised.
async fn measured() -> (Up, [String; 3]) {
    let system = Up::start().await;
    system.publish("figures").await;
    let answered = system.post(post("figures", "1", "a", "Where is my order?")).await;
    let raised = system.post(post("figures", "2", "b", "CRISIS: it is broken")).await;
    let waits = system.post(post("figures", "3", "c", "Hello?")).await;
    for id in [&answered, &raised, &waits] {
        system.routed(id).await;
    }
    system.reply(&answered, DANA, "Sorry! It is on its way. ^Dana").await;
    system.sent(&answered).await;
    system.quiet().await;
    (system, [answered, raised, waits])
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_leads_to_its_conversations_and_the_tools_say_the_same() {
    let (system, [answered, raised, waits]) = measured().await;

    // the API
    let figures = system.get_json("/api/v1/figures?measures=open&measures=answered_share&groupBy=BRAND").await;
    let row = &figures.body["rows"][0];
    assert_eq!((row["brand"].as_str(), &row["figures"][0]["value"]), (Some("figures"), &json!(2.0)), "{figures:?}");
    let share = &row["figures"][1];
    assert!((share["value"].as_f64().unwrap() - 1.0 / 3.0).abs() < 1e-9 && share["low"].is_number(), "{share}");
    let behind = |part: &str| format!("/api/v1/figures/answered_share/behind?brand=figures&part={part}");
    let ids = |answer: &Value| -> BTreeSet<String> {
        let listed = answer["behind"].as_array().cloned().unwrap_or_default();
        listed.iter().map(|one| one["conversationId"].as_str().unwrap().to_owned()).collect()
    };
    let counted = system.get_json(&behind("COUNTED")).await.body;
    assert_eq!(ids(&counted), BTreeSet::from([answered.clone()]));
    let not_counted = system.get_json(&behind("NOT_COUNTED")).await.body;
    assert_eq!(ids(&not_counted), BTreeSet::from([raised.clone(), waits]));

    // the scorecard, by HTTP and in the terminal
    let card = system.get_json("/api/v1/scorecard?smallestSample=1").await.body;
    assert_eq!(card["rows"][0]["name"], "figures", "{card}");
    let told = system.tool(&["scorecard", "--smallest-sample", "1", "--json"]).await;
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(told["rows"][0]["heads"][2], card["rows"][0]["heads"][2]);
    let listed = system.tool_json(&["scorecard", "--behind", "answered_share", "--of", "figures", "--json"]).await;
    assert_eq!(listed["conversationId"], json!(answered));

    // what a changed definition changes: nothing was sent back down here
    let compared = system.tool(&["analytics", "compare", "escalated", "--json"]).await;
    let compared: Value = serde_json::from_slice(&compared.stdout).unwrap();
    assert_eq!((&compared[0]["was"], &compared[0]["differ_count"]), (&json!("escalated@1"), &json!(0)), "{compared}");
    assert_eq!(compared[0]["rows"][0]["of"], "brand=figures");

    // a table, of the service's projection and of one built anew from the log
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let (own, anew) = (path("own.csv"), path("anew.csv"));
    let rows = system.tool_json(&["analytics", "export", "conversation", "--out", &own, "--json"]).await;
    assert_eq!(rows["rows"], 3);
    system.tool_json(&["analytics", "export", "conversation", "--out", &anew, "--from-log", "--json"]).await;
    let read = |file: &str| std::fs::read_to_string(file).unwrap();
    assert_eq!(read(&own).lines().count(), 4);
    assert_eq!(by_id(&read(&own)), by_id(&read(&anew)), "the log says the same a second time");
    let days = path("days.parquet");
    let asked =
        ["analytics", "export", "figures", "--by", "brand,day", "--measures", "posts", "--out", &days, "--json"];
    assert_eq!(system.tool_json(&asked).await["rows"], 1);

    // and the wallboard
    let wall = system.tool(&["top", "--once", "--json"]).await;
    let wall: Value = serde_json::from_slice(&wall.stdout).unwrap();
    assert_eq!((&wall["open"], &wall["brands"][0]["open"]), (&json!(2), &json!(2)), "{wall}");
    let first = &wall["burning"][0];
    assert_eq!(first["conversation"], json!(raised), "what is urgent comes first");
    assert!(!first["why"].as_array().unwrap().is_empty(), "{first}");
    let shown = system.tool(&["top", "--once"]).await;
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("2 waiting") && shown.contains(&raised[..12]), "{shown}");
}

/// Lines by the second column, without the first, which is the order in which a file met them.
fn by_id(csv: &str) -> BTreeSet<String> {
    csv.lines().map(|line| line.split_once(',').unwrap().1.to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_of_measures_asks_what_the_gateway_answers() {
    let (system, _) = measured().await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let read = |file: &str| std::fs::read_to_string(root.join("deploy/grafana").join(file)).unwrap();
    let dashboard: Value = serde_json::from_str(&read("dashboards/measures.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    assert!(panels.len() >= 8);
    assert!(read("provisioning/datasources/earshot.yaml").contains("uid: earshot-json"));
    for panel in panels {
        let target = &panel["targets"][0];
        assert_eq!(target["datasource"]["uid"], "earshot-json", "{panel}");
        let url = target["url"].as_str().unwrap();
        let asked = url
            .replace("${brand}", "")
            .replace("${__from:date:iso}", "2020-01-01T00:00:00.000Z")
            .replace("${__to:date:iso}", "2100-01-01T00:00:00.000Z");
        assert!(!asked.contains('$'), "{asked}");
        let answer = system.get_json(&asked).await;
        assert_eq!(answer.status, 200, "{asked}: {answer:?}");
        let rows = answer.body["rows"].as_array().unwrap_or_else(|| panic!("{asked}: {answer:?}"));
        assert!(!rows.is_empty(), "{asked}");
        // What is picked out of an answer is asked for, and each column picks something.
        let picked = target["root_selector"].as_str().unwrap();
        for measure in picked.split("measure=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let there = |row: &Value| row["figures"].as_array().unwrap().iter().any(|one| one["measure"] == measure);
            assert!(rows.iter().all(there), "{measure} is not in the answer of {asked}");
        }
        for column in target["columns"].as_array().unwrap() {
            let named = format!("\"{}\":", column["selector"].as_str().unwrap());
            assert!(picked.contains(&named), "{named} is not in {picked}");
        }
    }
}
