//! The integration tests of Earshot; everything is under `integration/`.
