//! How a simulated card answers each command, as measured on real cards.

use super::ca::sign_info;
use super::{Make, SimCard};

/// Names of the two applications, in the order of [`record::build`].
const APPLICATIONS: [&[u8; 10]; 2] = [&myna_card::ap::surface::DF, &myna_card::ap::text::DF];

/// Applications that a card has and that nobody may select.
const OTHERS: [(&[u8], &str); 3] = [
    (&myna_card::ap::jpki::DF, "公的個人認証AP"),
    (&myna_card::ap::juki::DF, "住基AP"),
    (&myna_card::ap::common::DF, "共通カードAP"),
];

impl SimCard {
    /// The answer with its status word.
    pub(super) fn answer(&mut self, command: &[u8]) -> Vec<u8> {
        let Some((header, body)) = command.split_at_checked(4) else {
            return status(0x6700);
        };
        if self.make == Make::Foreign {
            return status(if header[1] == 0xA4 { 0x6A82 } else { 0x6D00 });
        }
        match header {
            [0x00, 0xA4, 0x04, 0x0C] => self.select_application(body),
            [0x00, 0xA4, 0x02, 0x0C] => self.select_file(body),
            [0x00, 0xB0, p1, p2] => self.read(*p1, *p2, body),
            [0x00, 0x20, 0x00, p2 @ 0x80..=0x9E] => self.verify(*p2, body),
            [0x00, 0x84, 0x00, 0x00] => self.random(body),
            [0x80, 0x2A, 0x00, 0x00] => self.sign(body),
            _ => status(0x6D00),
        }
    }

    fn select_application(&mut self, body: &[u8]) -> Vec<u8> {
        let name = body.get(1..).unwrap_or_default();
        if let Some((_, what)) = OTHERS.iter().find(|(aid, _)| *aid == name) {
            self.touch(what);
        }
        let found = APPLICATIONS.iter().position(|aid| aid.as_slice() == name);
        let Some(power) = &mut self.powered else {
            return status(0x6F00);
        };
        let Some(found) = found else {
            return status(0x6A82);
        };
        // Selecting the same application again keeps it open; leaving closes it.
        if power.application != Some(found) {
            power.open.clear();
        }
        power.application = Some(found);
        power.file = None;
        status(0x9000)
    }

    fn select_file(&mut self, body: &[u8]) -> Vec<u8> {
        let &[2, high, low] = body else {
            return status(0x6700);
        };
        let file = u16::from_be_bytes([high, low]);
        let Some(application) = self.powered.as_ref().and_then(|power| power.application) else {
            return status(0x6985);
        };
        self.watch(application, file);
        let known = self.applications[application].files.contains_key(&file)
            || self.keys.contains_key(&(application, file));
        if !known {
            return status(0x6A82);
        }
        if let Some(power) = &mut self.powered {
            power.file = Some(file);
        }
        status(0x9000)
    }

    fn read(&mut self, p1: u8, p2: u8, body: &[u8]) -> Vec<u8> {
        let want = match body {
            [0] => 256,
            [le] => usize::from(*le),
            [0, _, _] if !self.faults.extended => return status(0x6700),
            [0, 0, 0] => 65_536,
            [0, high, low] => usize::from(u16::from_be_bytes([*high, *low])),
            _ => return status(0x6700),
        };
        let Some(power) = &mut self.powered else {
            return status(0x6F00);
        };
        let Some(application) = power.application else {
            return status(0x6985);
        };
        let offset = if p1 & 0x80 == 0 {
            usize::from(u16::from_be_bytes([p1, p2]))
        } else if self.faults.short_names {
            power.file = Some(u16::from(p1 & 0x1F));
            usize::from(p2)
        } else {
            return status(0x6A86);
        };
        let Some(id) = power.file else {
            return status(0x6986);
        };
        let open = power.open.clone();
        self.watch(application, id);
        let Some(file) = self.applications[application].files.get(&id) else {
            return status(0x6A82);
        };
        if !file.opened_by.is_empty() && !file.opened_by.iter().any(|key| open.contains(key)) {
            return status(0x6982);
        }
        let Some(rest) = file.content.get(offset..).filter(|rest| !rest.is_empty()) else {
            return status(0x6B00);
        };
        let mut data = rest[..want.min(rest.len())].to_vec();
        if self.make == Make::Garbage {
            data.iter_mut()
                .for_each(|byte| *byte = self.dice.roll() as u8);
        }
        if self.faults.false_ends > 0 && offset + data.len() > 200 {
            self.faults.false_ends -= 1;
            if offset > 0 {
                return status(0x6B00);
            }
            data.truncate(data.len() / 2);
            data.extend(status(0x6282));
            return data;
        }
        if self.faults.flipped_bits > 0 && data.len() > 100 {
            self.faults.flipped_bits -= 1;
            let at = 50 + self.dice.roll() as usize % (data.len() - 50);
            data[at] ^= 1 << (self.dice.roll() % 8);
        }
        data.extend(status(0x9000));
        data
    }

    fn verify(&mut self, p2: u8, body: &[u8]) -> Vec<u8> {
        let Some(power) = &self.powered else {
            return status(0x6F00);
        };
        let Some(application) = power.application else {
            return status(0x6985);
        };
        let id = match p2 {
            0x80 => power.file,
            _ => Some(u16::from(p2 & 0x1F)),
        };
        let Some(id) = id else {
            return status(0x6986);
        };
        self.watch(application, id);
        let Some(power) = &mut self.powered else {
            return status(0x6F00);
        };
        let Some(key) = self.keys.get_mut(&(application, id)) else {
            return status(0x6A88);
        };
        let data = body.get(1..).unwrap_or_default();
        if body.is_empty() {
            let open = self.open_counters_succeed && power.open.contains(&id);
            return if open {
                status(0x9000)
            } else {
                counter(key.left)
            };
        }
        if key.left == 0 {
            return status(0x6984);
        }
        if data != key.value {
            key.left -= 1;
            power.open.remove(&id);
            return counter(key.left);
        }
        key.left = key.tries;
        power.open.insert(id);
        status(0x9000)
    }

    fn random(&mut self, body: &[u8]) -> Vec<u8> {
        let &[le] = body else {
            return status(0x6700);
        };
        let length = if le == 0 { 256 } else { usize::from(le) };
        let mut data: Vec<u8> = (0..length).map(|_| self.dice.roll() as u8).collect();
        data.extend(status(0x9000));
        data
    }

    fn sign(&mut self, body: &[u8]) -> Vec<u8> {
        let Some(application) = self.powered.as_ref().and_then(|power| power.application) else {
            return status(0x6985);
        };
        let Some((length, rest)) = body.split_first() else {
            return status(0x6700);
        };
        let Some(input) = rest.get(..usize::from(*length)) else {
            return status(0x6700);
        };
        if self.make == Make::Garbage {
            return vec![0xA5; 7];
        }
        let mut data = sign_info(&self.applications[application].key, input);
        data.extend(status(0x9000));
        data
    }
}

fn status(word: u16) -> Vec<u8> {
    word.to_be_bytes().to_vec()
}

fn counter(left: u8) -> Vec<u8> {
    status(0x63C0 | u16::from(left.min(15)))
}
