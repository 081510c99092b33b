//! The keys of a mapping, once: the reader refuses what is not here, and the messages take their examples from here.

/// One key of a mapping.
#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub required: bool,
    /// How it is written, for the cure of a missing or wrong value.
    pub example: &'static str,
}

/// A mapping with a fixed set of keys.
#[derive(Debug)]
pub struct Shape {
    /// What it is, for messages: `a team`.
    pub what: &'static str,
    pub keys: &'static [Key],
}

impl Shape {
    pub fn find(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    pub fn names(&self) -> Vec<&'static str> {
        self.keys.iter().map(|key| key.name).collect()
    }
}

/// A key that must be there.
pub const fn must(name: &'static str, example: &'static str) -> Key {
    Key { name, required: true, example }
}

/// A key that may be left out.
pub const fn may(name: &'static str, example: &'static str) -> Key {
    Key { name, required: false, example }
}
