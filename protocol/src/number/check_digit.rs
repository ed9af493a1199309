//! モジュラス10ウェイト2-1分割: the check digit of office and insurer numbers.

/// The check digit for the characters before it: weights 2, 1, 2, 1 … from the right,
/// letters count as A = 10 … Z = 35, the digits of each product are added up one by one.
/// `None` when a character is neither a digit nor an upper-case letter.
pub(super) fn modulus_10_split(leading: &str) -> Option<u8> {
    let mut sum = 0u32;
    for (index, byte) in leading.bytes().rev().enumerate() {
        let value = match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            b'A'..=b'Z' => u32::from(byte - b'A') + 10,
            _ => return None,
        };
        let product = if index % 2 == 0 { value * 2 } else { value };
        sum += product / 10 + product % 10;
    }
    u8::try_from((10 - sum % 10) % 10).ok()
}

/// Appends the check digit.
pub(super) fn completed(leading: &str) -> Option<String> {
    modulus_10_split(leading).map(|digit| format!("{leading}{digit}"))
}

/// Whether the last character is the check digit of those before it.
pub(super) fn is_right(number: &str) -> bool {
    match number
        .len()
        .checked_sub(1)
        .and_then(|at| number.split_at_checked(at))
    {
        Some((leading, last)) => {
            modulus_10_split(leading).is_some_and(|digit| last.as_bytes() == [b'0' + digit])
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_vectors_have_the_digit_they_end_with() {
        for number in [
            "0970000014",
            "2770000020",
            "1470000033",
            "1300000013",
            "09A0000017",
            "27A2232608",
            "0190000091",
            "9970000015",
            "435073",
            "092015",
            "272054",
            "142158",
        ] {
            assert!(is_right(number), "{number}");
        }
    }

    #[test]
    fn the_samples_printed_in_guides_fail() {
        for number in ["1311111111", "0970032418", "0899999997", "0899999991"] {
            assert!(!is_right(number), "{number}");
        }
    }

    #[test]
    fn every_single_wrong_digit_is_noticed() {
        let right = "9970000015";
        for position in 0..right.len() {
            for digit in b'0'..=b'9' {
                let mut bytes = right.as_bytes().to_vec();
                if bytes[position] != digit {
                    bytes[position] = digit;
                    let wrong = String::from_utf8_lossy(&bytes).into_owned();
                    assert!(!is_right(&wrong), "{wrong}");
                }
            }
        }
    }
}
