//! The answers of filters as a tree of conditions.
//!
//! Equal subtrees are one node. Where the two halves of an argument are tested
//! one after the other, as filters must, the two tests are joined to one on the
//! whole argument.

use std::collections::HashMap;

use super::Action;
use super::condition::{Comparison, Condition, Relation};

/// A node's place in its tree.
pub(super) type NodeId = usize;

/// A node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// The answer.
    Leaf(Action),
    /// Which way to go; the relation is `Equal` or `GreaterEqual`.
    Branch {
        condition: Condition,
        yes: NodeId,
        no: NodeId,
    },
}

/// A store of nodes.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    places: HashMap<Node, NodeId>,
}

impl Tree {
    pub(super) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id)
    }

    pub(super) fn leaf(&mut self, action: Action) -> NodeId {
        self.place(Node::Leaf(action))
    }

    fn place(&mut self, node: Node) -> NodeId {
        let nodes = &mut self.nodes;
        *self.places.entry(node).or_insert_with_key(|node| {
            nodes.push(node.clone());
            nodes.len() - 1
        })
    }

    /// The tree that goes to `yes` where the condition holds, else to `no`.
    pub(super) fn branch(&mut self, condition: Condition, yes: NodeId, no: NodeId) -> NodeId {
        if yes == no {
            return yes;
        }
        if condition.is_negative() {
            return self.branch(condition.negated(), no, yes);
        }
        if let Condition::Comparison(comparison) = condition {
            let joined = match comparison.relation {
                Relation::Equal => self.join_equal(comparison, yes, no),
                _ => self.join_greater(comparison, yes, no),
            };
            if let Some(joined) = joined {
                return joined;
            }
        }
        self.place(Node::Branch { condition, yes, no })
    }

    fn comparison(&self, id: NodeId) -> Option<(Comparison, NodeId, NodeId)> {
        match self.node(id)? {
            Node::Branch {
                condition: Condition::Comparison(comparison),
                yes,
                no,
            } => Some((*comparison, *yes, *no)),
            _ => None,
        }
    }

    /// `high ? (low1 ? a : low2 ? b : no) : no` is
    /// `high && low1 ? a : high && low2 ? b : no`.
    fn join_equal(&mut self, high: Comparison, yes: NodeId, no: NodeId) -> Option<NodeId> {
        let mut chain = Vec::new();
        let mut at = yes;
        while at != no {
            let (mut low, mut then, mut otherwise) = self.comparison(at)?;
            if low.field != high.field || low.mask & high.mask != 0 || low.relation != high.relation
            {
                return None;
            }
            if low.mask.is_power_of_two() && then == no {
                // "Bit is clear" as "bit is set", the other way round.
                low.value = low.mask;
                (then, otherwise) = (otherwise, then);
            }
            chain.push((low, then));
            at = otherwise;
        }
        let mut joined = no;
        for (low, then) in chain.into_iter().rev() {
            let both = Comparison {
                mask: high.mask | low.mask,
                value: high.value | low.value,
                ..high
            };
            joined = self.branch(Condition::Comparison(both), then, joined);
        }
        Some(joined)
    }

    /// `high > h ? yes : high == h ? (low >= l ? yes : no) : no` is
    /// `whole >= (h, l) ? yes : no`; for `h == 0` the middle test is missing.
    fn join_greater(&mut self, high: Comparison, yes: NodeId, no: NodeId) -> Option<NodeId> {
        let step = high.mask & high.mask.wrapping_neg();
        let equal_to = high.value.checked_sub(step)?;
        let (next, then, otherwise) = self.comparison(no)?;
        let (low, last) = if next.relation == Relation::Equal {
            if next.mask != high.mask || next.value != equal_to || next.field != high.field {
                return None;
            }
            let (low, low_then, low_otherwise) = self.comparison(then)?;
            if low_then != yes || low_otherwise != otherwise {
                return None;
            }
            (low, otherwise)
        } else {
            if equal_to != 0 || then != yes {
                return None;
            }
            (next, otherwise)
        };
        if low.relation != Relation::GreaterEqual || low.field != high.field || low.mask >= step {
            return None;
        }
        let whole = Comparison {
            mask: high.mask | low.mask,
            value: equal_to | low.value,
            ..high
        };
        Some(self.branch(Condition::Comparison(whole), yes, last))
    }
}
