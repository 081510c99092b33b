//! What never reaches the care queue: the first filter that holds keeps a post out under its name, and what neither
//! addresses the brand nor has the signs it listens for is kept apart too. Nothing is lost: it can be brought back.

use crate::brand::{Brand, NoClock};
use crate::expression::{self, Expression};
use crate::facts::Facts;
use crate::read::LISTEN;
use crate::route::RouteInput;
use crate::settings::KeptAs;
use crate::signs::{CompiledSigns, FoldedPost};
use crate::views::PostView;
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct CompiledFilter {
    pub name: Arc<str>,
    pub kept_as: KeptAs,
    pub signs: CompiledSigns,
    pub when: Option<Expression>,
}

/// What the filters made of a post.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filtering<'b> {
    /// The rule that keeps the post out of the care queue, or `listen`; none lets it through.
    pub rule: Option<&'b str>,
    /// What it is kept as; of no meaning when it is let through.
    pub kept_as: KeptAs,
    /// Filters that could not be evaluated, each with its reason; they let the post through.
    pub notes: Vec<String>,
}

/// What one filter would keep out of a set of posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WouldFilter {
    /// The filter, or `listen`.
    pub rule: String,
    pub kept_as: KeptAs,
    /// Which posts of the set, counted from 0.
    pub posts: Vec<usize>,
}

impl Brand {
    /// The filter that keeps this post out of the care queue, if any.
    pub fn filter(&self, post: &PostView<'_>) -> Option<&str> {
        self.filter_explained(post).rule
    }

    /// As [`Brand::filter`], with what a reader of the decision should know.
    pub fn filter_explained(&self, post: &PostView<'_>) -> Filtering<'_> {
        let mut filtering = Filtering::default();
        if self.filters.is_empty() && self.listen.is_none() {
            return filtering;
        }
        let folded = FoldedPost::new(post);
        let input = RouteInput { post: *post, ..RouteInput::default() };
        let facts = Facts::new(&input, &self.constants, &NoClock);
        let context = expression::context(&facts);
        for filter in self.filters.iter().filter(|filter| filter.signs.hold(&folded)) {
            match filter.when.as_ref().map_or(Ok(true), |when| when.holds(&context)) {
                Ok(true) => {
                    (filtering.rule, filtering.kept_as) = (Some(&*filter.name), filter.kept_as);
                    return filtering;
                }
                Ok(false) => {}
                Err(reason) => filtering.notes.push(format!("filter {} {reason}", filter.name)),
            }
        }
        if self.listen.as_ref().is_some_and(|listen| !listen.hears(&folded)) {
            filtering.rule = Some(LISTEN);
        }
        filtering
    }

    /// Whether a post is the brand's to care for: it is private, addresses one of the brand's handles, or has the signs
    /// that the brand listens for. A brand without `listen` takes every post that comes.
    pub fn hears(&self, post: &PostView<'_>) -> bool {
        self.listen.as_ref().is_none_or(|listen| listen.hears(&FoldedPost::new(post)))
    }

    /// What the filters would have kept out of these posts: one entry a filter, in their order and also when it would
    /// have kept nothing; then, for a brand that listens, what it would not have heard.
    pub fn would_filter<'p>(&self, posts: impl Iterator<Item = PostView<'p>>) -> Vec<WouldFilter> {
        let entry = |rule: &str, kept_as| WouldFilter { rule: rule.to_owned(), kept_as, posts: Vec::new() };
        let mut all: Vec<WouldFilter> = self.filters.iter().map(|filter| entry(&filter.name, filter.kept_as)).collect();
        all.extend(self.listen.as_ref().map(|_| entry(LISTEN, KeptAs::Filtered)));
        for (nth, post) in posts.enumerate() {
            let rule = self.filter(&post);
            if let Some(entry) = all.iter_mut().find(|entry| Some(entry.rule.as_str()) == rule) {
                entry.posts.push(nth);
            }
        }
        all
    }
}
