#!/usr/bin/env python3
"""Holds what demo/README.md promises about demo/day.jsonl. Plain Python 3, no packages.

    python3 demo/check.py [FILE]

Ends with one line of counts and exit code 0, or with every broken promise and exit code 1.
"""

import datetime
import json
import pathlib
import re
import sys
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent

PEOPLE = {
    "aurora-air": {"dana", "mart", "ines", "yuki"},
    "nordnet": {"kim", "priya", "juhan", "sofia", "omar"},
    "basil-and-bean": {"lea", "bruno"},
}
NETWORKS = {
    "x", "facebook", "instagram", "mastodon", "bluesky", "telegram",
    "whatsapp", "weibo", "youtube", "forum", "app",
}
REQUIRED = ["id", "thread", "seq", "role", "author", "ts", "in_reply_to", "lang", "text", "split", "network"]
OPTIONAL = {
    "meta", "private", "name", "followers", "region", "tier", "handle_use", "attachments", "agent", "resolve",
}

# What is out of order on purpose; everything else must be in order.
DELIVERED_TWICE = {"nordnet-21-1", "aurora-22-1"}
ANSWER_BEFORE_ITS_PARENT = {"aurora-13-1"}
PARENT_IS_THE_BRANDS_OWN_POST = {"aurora-17-1", "basil-13-1", "nordnet-50-1"}
LONGER_THAN_X_ALLOWS = {"nordnet-46-3"}
CONTEST_OR_SPAM = {"aurora-09", "aurora-10", "basil-08", "nordnet-12"}

STORM_REGION = "saaremaa"
LEAST = {"threads": 66, "messages": 230, "languages": 10, "storm_threads": 25, "storm_minutes": 30}

broken = []


def hold(condition, where, promise):
    if not condition:
        broken.append(f"{where}: {promise}")


def read(path):
    messages = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line:
            continue
        message = json.loads(line)
        message["line"] = number
        messages.append(message)
    return messages


def time_of(message):
    return datetime.datetime.fromisoformat(message["ts"])


def weight_on_x(text):
    """The length of a text without links as X counts it."""
    light = [(0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037)]
    text = unicodedata.normalize("NFC", text)
    return sum(1 if any(low <= ord(c) <= high for low, high in light) else 2 for c in text)


def check_form(message):
    where = f"line {message['line']}"
    for key in REQUIRED:
        hold(key in message, where, f"`{key}` is missing")
    unknown = set(message) - set(REQUIRED) - OPTIONAL - {"line"}
    hold(not unknown, where, f"unknown keys {sorted(unknown)}")
    hold(message["network"] in NETWORKS, where, f"unknown network {message['network']}")
    hold(message["role"] in ("customer", "agent"), where, f"unknown role {message['role']}")
    hold(message["text"].strip() == message["text"] != "", where, "`text` is empty or padded")
    hold(unicodedata.is_normalized("NFC", message["text"]), where, "`text` is not NFC")
    hold(time_of(message).tzinfo is not None, where, "`ts` has no offset")
    hold(message.get("handle_use", "main") in ("main", "care"), where, "`handle_use` is main or care")
    hold(message.get("private", True) is True, where, "`private` is true or absent")
    for attachment in message.get("attachments", []):
        hold("/" in attachment["type"] and attachment["bytes"] > 0, where, "an attachment has a media type and a size")
    if message["network"] == "x" and not message.get("private") and message["id"] not in LONGER_THAN_X_ALLOWS:
        hold(weight_on_x(message["text"]) <= 280, where, "longer than the network allows")


def check_role(message, brand):
    where = f"line {message['line']}"
    if message["role"] == "customer":
        hold("agent" not in message and "resolve" not in message, where, "a customer is no agent and resolves nothing")
        return
    signed = re.search(r"\^([A-Z][a-z]+)$", message["text"])
    hold(message.get("agent") in PEOPLE[brand], where, f"`agent` is nobody of {brand}")
    hold(signed and signed[1].lower() == message.get("agent"), where, "a reply ends with the sign of its agent")
    hold(message.get("resolve", "solved") == "solved", where, "`resolve` is solved or absent")


def check_order(messages):
    times = [time_of(m) for m in messages]
    for before, message in zip(times, messages[1:]):
        hold(before <= time_of(message), f"line {message['line']}", "lines are not sorted by `ts`")
    hold(len({t.date() for t in times}) == 1, "file", "more than one day")
    line_of = {}
    for message in messages:
        line_of.setdefault(message["id"], message["line"])
    for message in messages:
        parent, own = message["in_reply_to"], message["id"]
        where = f"line {message['line']}"
        if parent is None:
            continue
        if own in PARENT_IS_THE_BRANDS_OWN_POST:
            hold(parent not in line_of, where, "the brand's own post is not in the file")
        elif own in ANSWER_BEFORE_ITS_PARENT:
            hold(line_of.get(parent, 0) > line_of[own], where, "the parent comes later")
        else:
            hold(line_of.get(parent, sys.maxsize) < message["line"], where, f"parent {parent} is missing or later")


def check_ids(messages):
    seen, doubled, texts = {}, set(), {}
    for message in messages:
        own, where = message["id"], f"line {message['line']}"
        if own in seen:
            doubled.add(own)
            same = [k for k in REQUIRED if k != "ts"]
            hold(all(seen[own][k] == message[k] for k in same), where, "a second delivery differs from the first")
            continue
        seen[own] = message
        letters = "".join(c for c in message["text"].casefold() if c.isalnum())
        hold(letters not in texts or len(letters) < 12, where, f"same text as {texts.get(letters)}")
        texts[letters] = own
    hold(doubled == DELIVERED_TWICE, "file", f"delivered twice is {sorted(doubled)}")
    return seen


def check_threads(messages):
    threads = {}
    for message in messages:
        threads.setdefault(message["thread"], []).append(message)
    owners = {}
    for thread, lines in threads.items():
        meta = lines[0].get("meta", {})
        hold(meta.get("brand") in PEOPLE and meta.get("demo") is True, thread, "`meta` has a known brand and demo")
        hold(not any("meta" in m for m in lines[1:]), thread, "`meta` stands on the first line only")
        hold(len({m["network"] for m in lines}) == 1, thread, "one network")
        numbers = sorted({m["seq"] for m in lines})
        hold(numbers == list(range(len(numbers))), thread, "`seq` has gaps")
        for message in lines:
            check_role(message, meta["brand"])
            if message["role"] == "customer":
                key = (meta["brand"], message["network"], message["author"])
                hold(owners.setdefault(key, thread) == thread, thread, f"{message['author']} has two threads")
    return threads


def check_storm(threads):
    starts = sorted(
        time_of(lines[0])
        for lines in threads.values()
        if lines[0]["meta"]["brand"] == "nordnet" and lines[0].get("region") == STORM_REGION
    )
    hold(len(starts) >= LEAST["storm_threads"], "storm", f"only {len(starts)} conversations")
    hold((starts[-1] - starts[0]).total_seconds() <= LEAST["storm_minutes"] * 60, "storm", "longer than the burst")
    hold(12 <= starts[0].hour <= 16, "storm", "not in the afternoon")
    return len(starts)


def check_variety(threads, messages):
    answered = {t: [m for m in lines if m["role"] == "agent"] for t, lines in threads.items()}
    waits = [
        (time_of(answers[0]) - time_of(threads[t][0])).total_seconds() / 60 for t, answers in answered.items() if answers
    ]
    hold(sum(w <= 10 for w in waits) >= 20, "answers", "fewer than 20 within ten minutes")
    hold(sum(w > 60 for w in waits) >= 5, "answers", "fewer than 5 after more than an hour")
    hold(sum(not a for a in answered.values()) >= 5, "answers", "fewer than 5 never answered")
    hold(CONTEST_OR_SPAM <= set(threads), "noise", "a noise thread is missing")
    hold(sum("thud" in m["text"] for m in messages) >= 3, "asking again", "no thud")
    hold(any(m.get("followers", 0) > 100_000 for m in messages), "reach", "no one with more than 100,000 followers")
    hold(sum("private" in m and "attachments" in m for m in messages) >= 5, "attachments", "fewer than 5 in private")
    for brand, people in PEOPLE.items():
        spoken = {m["agent"] for t, ms in answered.items() for m in ms if threads[t][0]["meta"]["brand"] == brand}
        hold(spoken == people, brand, f"silent people {sorted(people - spoken)}")


def check_brand_files(threads):
    """People, their languages and the handles are those of the settings, where these lie beside the file."""
    for brand, people in PEOPLE.items():
        settings = HERE / "brands" / f"{brand}.yaml"
        if not settings.exists():
            continue
        text = settings.read_text(encoding="utf-8")
        listed = re.findall(r"^\s+(\w+): {name: .*languages: \[([^\]]*)\]", text, re.MULTILINE)
        languages = {person: set(re.findall(r"\w+", found)) for person, found in listed}
        hold(set(languages) == people, settings.name, f"its people are {sorted(languages)}")
        accounts = set(re.findall(r"account: (\w+)", text))
        for lines in threads.values():
            if lines[0]["meta"]["brand"] != brand:
                continue
            for message in (m for m in lines if m["role"] == "agent"):
                where, person = f"line {message['line']}", message["agent"]
                hold(message["author"] in accounts, where, "the author is no account of the settings")
                hold(message["lang"] in languages.get(person, ()), where, f"{person} does not speak {message['lang']}")


def main():
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "day.jsonl"
    messages = read(path)
    for message in messages:
        check_form(message)
    check_order(messages)
    distinct = check_ids(messages)
    threads = check_threads(messages)
    storm = check_storm(threads)
    check_variety(threads, messages)
    check_brand_files(threads)
    languages = {m["lang"] for m in messages}
    hold(len(threads) >= LEAST["threads"], "file", f"only {len(threads)} conversations")
    hold(len(distinct) >= LEAST["messages"], "file", f"only {len(distinct)} messages")
    hold(len(languages) >= LEAST["languages"], "file", f"only {len(languages)} languages")
    for line in broken:
        print(line, file=sys.stderr)
    if broken:
        sys.exit(1)
    print(
        f"{path.name}: {len(threads)} conversations, {len(distinct)} messages on {len(messages)} lines, "
        f"{len(languages)} languages, {storm} conversations in the storm"
    )


if __name__ == "__main__":
    main()
