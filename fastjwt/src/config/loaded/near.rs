//! The option that was probably meant by a name that is none.

/// The nearest of the names, unless all are far: one that differs only in underscores or case, or in a letter or two.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let letters = letters_of(name);
    // Two letters make another word out of a short one.
    let most = if letters.len() < 8 { 1 } else { 2 };
    known
        .map(|known| (distance(&letters, &letters_of(known)), known))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

fn letters_of(name: &str) -> Vec<char> {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How many letters must be added, removed, replaced, or swapped with the next, to make `a` into `b`.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (line, from) in a.iter().enumerate() {
        let mut next = vec![line + 1];
        for (column, to) in b.iter().enumerate() {
            let cell = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
            let mut least = (cell(&row, column) + usize::from(from != to))
                .min(cell(&next, column) + 1)
                .min(cell(&row, column + 1) + 1);
            let left = column.checked_sub(1);
            if let Some(left) = left
                && b.get(left) == Some(from)
                && previous == Some(to)
            {
                least = least.min(cell(&before, left) + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
        previous = Some(from);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn letters_between() {
        let letters = |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!(letters("", ""), 0);
        assert_eq!(letters("", "abc"), 3);
        assert_eq!(letters("abc", ""), 3);
        assert_eq!(letters("issuer", "issuer"), 0);
        assert_eq!(letters("isuser", "issuer"), 1);
        assert_eq!(letters("ab", "ba"), 1);
        assert_eq!(letters("kitten", "sitting"), 3);
    }

    #[test]
    fn a_near_miss_is_named_and_a_far_one_is_not() {
        let near = |name| nearest(name, ["issuer", "audience", "secret_key", "secret_key_file", "leeway"].into_iter());
        assert_eq!(near("isuser"), Some("issuer"));
        assert_eq!(near("ISSUER"), Some("issuer"));
        assert_eq!(near("audiences"), Some("audience"));
        assert_eq!(near("secretkey"), Some("secret_key"));
        assert_eq!(near("secretKeyFile"), Some("secret_key_file"));
        assert_eq!(near("secrte_kay"), Some("secret_key"));
        assert_eq!(near("user"), None);
        assert_eq!(near("token"), None);
        assert_eq!(near("secret_salt"), None);
        assert_eq!(near(""), None);
    }
}
