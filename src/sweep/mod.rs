//! Floor 3: every container of a node, from the node.
