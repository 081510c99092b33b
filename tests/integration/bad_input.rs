//! What must not be: whatever comes in or stands in a setting, the answer names it and its cure, and the rest goes on.

mod posts;
mod starts;
