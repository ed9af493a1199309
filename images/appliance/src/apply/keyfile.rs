//! Values in the form of GLib's key files, which NetworkManager and iwd read.

/// A value in a file of GLib's key-file form: a space at an end would be dropped, a backslash
/// begins an escape. Line ends cannot be in a value that was checked, and end no line here.
pub fn escaped(value: &str) -> String {
    value.chars().fold(String::new(), |mut text, sign| {
        match sign {
            ' ' => text.push_str("\\s"),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            sign => text.push(sign),
        }
        text
    })
}

#[cfg(test)]
pub mod tests {
    /// Reads a value back as GLib does.
    pub fn read(text: &str, key: &str) -> Option<String> {
        let mut rest = text
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?
            .trim()
            .chars();
        let mut value = String::new();
        while let Some(sign) = rest.next() {
            value.push(match sign {
                '\\' => match rest.next()? {
                    's' => ' ',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    '\\' => '\\',
                    _ => return None,
                },
                sign => sign,
            });
        }
        Some(value)
    }
}
