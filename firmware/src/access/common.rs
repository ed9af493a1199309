//! Passcodes that are tried first by anybody who tries.

/// Whether four digits are too common to be taken: one digit four times, runs up or down,
/// pairs, keypad lines, years, and days of the year (a birthday as `MMDD`).
#[must_use]
pub fn is_too_common(digits: [u8; 4]) -> bool {
    let [a, b, c, d] = digits;
    let step = |by: u8| b == (a + by) % 10 && c == (b + by) % 10 && d == (c + by) % 10;
    let number = |x: u8, y: u8| x * 10 + y;
    let same_pairs = (a == c && b == d) || (a == b && c == d) || (a == d && b == c);
    // 0: all the same; 1 and 9: runs up and down, also past 0; 2 and 8: 2468, 8642 …
    [0, 1, 2, 8, 9].into_iter().any(step)
        || same_pairs
        || matches!(number(a, b), 19 | 20)
        || is_day_of_year(number(a, b), number(c, d))
        || KEYPAD_LINES.contains(&digits)
}

/// Lines and corners of the keypad.
const KEYPAD_LINES: [[u8; 4]; 6] = [
    [2, 5, 8, 0],
    [0, 8, 5, 2],
    [1, 4, 7, 0],
    [1, 3, 7, 9],
    [1, 3, 9, 7],
    [7, 9, 3, 1],
];

/// Whether some year has this month and day.
fn is_day_of_year(month: u8, day: u8) -> bool {
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 29,
        _ => return false,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(number: u16) -> [u8; 4] {
        [1000, 100, 10, 1].map(|place| u8::try_from(number / place % 10).unwrap_or(0))
    }

    #[test]
    fn codes_that_everybody_tries_are_refused() {
        for number in [
            0, 1111, 9999, 1234, 4321, 7890, 9012, 2468, 8642, 1212, 1122, 1221, 2580, 1379, 1945,
            1999, 2026, 101, 229, 1231, 630,
        ] {
            assert!(is_too_common(digits(number)), "{number:04}");
        }
    }

    #[test]
    fn most_codes_can_be_chosen() {
        for number in [4071, 8263, 230, 1332, 5938, 3107] {
            assert!(!is_too_common(digits(number)), "{number:04}");
        }
        let refused = (0..10_000).filter(|n| is_too_common(digits(*n))).count();
        assert!((500..1_000).contains(&refused), "{refused} refused");
    }
}
