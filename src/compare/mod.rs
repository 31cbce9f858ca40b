//! Floor 2: findings from expected against observed values.
