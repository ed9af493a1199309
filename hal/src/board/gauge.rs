//! Battery gauges of the family MAX17040, MAX17043 and MAX17048 (Analog Devices), one cell.
//!
//! They sit on the common UPS boards for the 40-pin header, always at address 0x36, and share
//! the registers used here. Facts from the data sheets 19-5210 (MAX17040), 19-4811 (MAX17043)
//! and 19-6171 (MAX17048).

use embedded_hal::i2c::I2c;

use super::{BoardFault, Charge, part};

/// Address of every chip of the family.
pub const ADDRESS: u8 = 0x36;

/// A cell below or above these millivolts is not one that powers this unit.
const MILLIVOLTS: std::ops::RangeInclusive<u16> = 2_500..=4_500;

/// The model may overshoot a full cell a little; more is nonsense.
const MAX_PERCENT: u8 = 110;

/// The registers that are read: 16 bits, high byte first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Register {
    /// Voltage of the cell, 78.125 µV a step.
    VCell = 0x02,
    /// State of charge, 1/256 % a step.
    Soc = 0x04,
    /// Production version: tells the family.
    Version = 0x08,
}

impl Register {
    const fn name(self) -> &'static str {
        match self {
            Self::VCell => "gauge register VCELL (0x02)",
            Self::Soc => "gauge register SOC (0x04)",
            Self::Version => "gauge register VERSION (0x08)",
        }
    }
}

/// A gauge on an I²C bus.
pub struct Max1704x<I> {
    bus: I,
    address: u8,
    known: bool,
}

impl<I> Max1704x<I> {
    /// A gauge at `address`; nothing is asked yet.
    pub const fn new(bus: I, address: u8) -> Self {
        Self {
            bus,
            address,
            known: false,
        }
    }
}

impl<I: I2c> Max1704x<I> {
    fn read(&mut self, register: Register) -> Result<u16, BoardFault> {
        let mut bytes = [0; 2];
        self.bus
            .write_read(self.address, &[register as u8], &mut bytes)
            .map_err(|error| BoardFault::of_i2c(&error, register.name()))?;
        Ok(u16::from_be_bytes(bytes))
    }

    /// Whether the family answers here. Asked again after every fault: the board may have been
    /// exchanged.
    fn identify(&mut self) -> Result<(), BoardFault> {
        let register = Register::Version;
        match self.read(register)? {
            // MAX17040, MAX17043; MAX17048 and MAX17049.
            0x0001..=0x0003 | 0x0010..=0x001F => Ok(()),
            found => Err(BoardFault::OtherChip {
                at: register.name(),
                found,
            }),
        }
    }

    fn measure(&mut self) -> Result<Charge, BoardFault> {
        if !self.known {
            self.identify()?;
        }
        let raw = self.read(Register::VCell)?;
        // 78.125 µV is 5/64 mV.
        let millivolts = u16::try_from(u32::from(raw) * 5 / 64).unwrap_or(u16::MAX);
        if !MILLIVOLTS.contains(&millivolts) {
            return Err(nonsense(Register::VCell, raw));
        }
        let raw = self.read(Register::Soc)?;
        let [percent, _] = raw.to_be_bytes();
        if percent > MAX_PERCENT {
            return Err(nonsense(Register::Soc, raw));
        }
        Ok(Charge {
            percent: percent.min(100),
            millivolts,
        })
    }
}

impl<I: I2c + Send> part::Gauge for Max1704x<I> {
    fn charge(&mut self) -> Result<Charge, BoardFault> {
        let charge = self.measure();
        self.known = charge.is_ok();
        charge
    }
}

fn nonsense(register: Register, raw: u16) -> BoardFault {
    BoardFault::Nonsense {
        at: register.name(),
        found: i64::from(raw),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use embedded_hal::i2c::{ErrorKind, NoAcknowledgeSource};
    use embedded_hal_mock::eh1::i2c::{Mock, Transaction};
    use proptest::prelude::*;

    use super::part::Gauge as _;
    use super::*;

    fn reads(register: u8, value: u16) -> Transaction {
        Transaction::write_read(ADDRESS, vec![register], value.to_be_bytes().to_vec())
    }

    fn fails(register: u8, kind: ErrorKind) -> Transaction {
        reads(register, 0).with_error(kind)
    }

    /// Reads once a given script and checks that it was played to its end.
    fn charge(script: &[Transaction]) -> Result<Charge, BoardFault> {
        let mut bus = Mock::new(script);
        let charge = Max1704x::new(bus.clone(), ADDRESS).charge();
        bus.done();
        charge
    }

    const NACK: ErrorKind = ErrorKind::NoAcknowledge(NoAcknowledgeSource::Address);

    #[test]
    fn charge_and_voltage_are_those_of_the_data_sheet() {
        // 3.7 V is 47,360 steps; 62.5 %.
        let script = [reads(8, 0x0012), reads(2, 47_360), reads(4, 0x3E80)];
        let charge = charge(&script).unwrap();
        assert_eq!(charge.millivolts, 3_700);
        assert_eq!(charge.percent, 62);
    }

    #[test]
    fn a_known_gauge_is_not_asked_again_who_it_is() {
        let mut bus = Mock::new(&[
            reads(8, 0x0003),
            reads(2, 47_360),
            reads(4, 0x3E80),
            reads(2, 47_360),
            reads(4, 0x3D00),
        ]);
        let mut gauge = Max1704x::new(bus.clone(), ADDRESS);
        gauge.charge().unwrap();
        assert_eq!(gauge.charge().unwrap().percent, 61);
        bus.done();
    }

    #[test]
    fn each_register_that_does_not_answer_is_named() {
        let version = [fails(8, NACK)];
        let cell = [reads(8, 0x0012), fails(2, NACK)];
        let soc = [reads(8, 0x0012), reads(2, 47_360), fails(4, NACK)];
        for (script, name) in [(&version[..], "VERSION"), (&cell, "VCELL"), (&soc, "SOC")] {
            match charge(script) {
                Err(BoardFault::Absent { at }) => assert!(at.contains(name), "{at}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_bus_that_hangs_or_is_disturbed_is_told_from_a_missing_chip() {
        for kind in [
            ErrorKind::Other,
            ErrorKind::Bus,
            ErrorKind::ArbitrationLoss,
            ErrorKind::Overrun,
        ] {
            for script in [
                vec![fails(8, kind)],
                vec![reads(8, 0x0012), fails(2, kind)],
                vec![reads(8, 0x0012), reads(2, 47_360), fails(4, kind)],
            ] {
                assert!(matches!(charge(&script), Err(BoardFault::Bus { .. })));
            }
        }
    }

    #[test]
    fn values_that_cannot_be_are_not_used() {
        let other = [reads(8, 0xFFFF)];
        assert!(matches!(
            charge(&other),
            Err(BoardFault::OtherChip { found: 0xFFFF, .. })
        ));
        for volts in [0, 31_999, 57_620, 0xFFFF] {
            let script = [reads(8, 0x0012), reads(2, volts)];
            match charge(&script) {
                Err(BoardFault::Nonsense { at, found }) => {
                    assert!(at.contains("VCELL"));
                    assert_eq!(found, i64::from(volts));
                }
                other => panic!("{volts}: {other:?}"),
            }
        }
        let script = [reads(8, 0x0012), reads(2, 47_360), reads(4, 0xFFFF)];
        assert!(matches!(charge(&script), Err(BoardFault::Nonsense { .. })));
    }

    #[test]
    fn after_a_fault_the_chip_is_identified_anew() {
        let mut bus = Mock::new(&[
            reads(8, 0x0012),
            reads(2, 47_360),
            reads(4, 0x3E80),
            fails(2, NACK),
            reads(8, 0x0012),
            reads(2, 47_360),
            reads(4, 0x3E80),
        ]);
        let mut gauge = Max1704x::new(bus.clone(), ADDRESS);
        gauge.charge().unwrap();
        assert!(gauge.charge().is_err());
        gauge.charge().unwrap();
        bus.done();
    }

    proptest! {
        #[test]
        fn whatever_the_registers_hold_the_charge_is_in_range_or_refused(
            version in any::<u16>(), cell in any::<u16>(), soc in any::<u16>(),
        ) {
            /// Registers without a script: how far the reading goes depends on the values.
            struct Registers([u16; 3]);
            impl embedded_hal::i2c::ErrorType for Registers {
                type Error = ErrorKind;
            }
            impl I2c for Registers {
                fn transaction(
                    &mut self,
                    _: u8,
                    operations: &mut [embedded_hal::i2c::Operation<'_>],
                ) -> Result<(), ErrorKind> {
                    let mut value = 0;
                    for operation in operations {
                        match operation {
                            embedded_hal::i2c::Operation::Write(register) => {
                                value = match register[0] { 8 => self.0[0], 2 => self.0[1], _ => self.0[2] };
                            }
                            embedded_hal::i2c::Operation::Read(bytes) => {
                                bytes.copy_from_slice(&value.to_be_bytes());
                            }
                        }
                    }
                    Ok(())
                }
            }
            if let Ok(charge) = Max1704x::new(Registers([version, cell, soc]), ADDRESS).charge() {
                prop_assert!(charge.percent <= 100);
                prop_assert!(MILLIVOLTS.contains(&charge.millivolts));
            }
        }
    }
}
