//! Rows about insurers, offices, their staff and pledges.

use protocol::calendar::Timestamp;
use protocol::command::StaffRecord;
use protocol::facility::{Facility, FacilityProfile, Insurer};
use protocol::number::{InsurerNumber, OfficeNumber, UserId};

use crate::error::GatewayError;

/// A yearly pledge as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pledge {
    /// Who signed.
    pub staff: UserId,
    /// Edition of the text.
    pub edition: u16,
    /// When, by the terminal's clock.
    pub signed_at: Timestamp,
}

/// A staff record as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRow {
    /// The record.
    pub record: StaffRecord,
    /// For a leaver: when they were stopped, by the clock of whoever stopped them, and never
    /// later than the gateway heard of it.
    pub stopped_at: Option<Timestamp>,
}

/// An office's profile as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileRow {
    /// The profile.
    pub profile: FacilityProfile,
    /// When it was entered, by the clock of whoever entered it, and never later than the gateway
    /// heard of it.
    pub made_at: Timestamp,
}

/// Insurers, offices and the people who work there, and what the gateway remembers of itself.
pub trait OfficeRows {
    /// A value that the gateway itself remembers.
    ///
    /// # Errors
    /// The database's.
    fn setting(&mut self, name: &str) -> Result<Option<String>, GatewayError>;

    /// Remembers a value.
    ///
    /// # Errors
    /// The database's.
    fn put_setting(&mut self, name: &str, value: &str) -> Result<(), GatewayError>;

    /// Adds or replaces an insurer.
    ///
    /// # Errors
    /// The database's.
    fn put_insurer(&mut self, insurer: &Insurer) -> Result<(), GatewayError>;

    /// One insurer.
    ///
    /// # Errors
    /// The database's.
    fn insurer(&mut self, number: &InsurerNumber) -> Result<Option<Insurer>, GatewayError>;

    /// All insurers, by number.
    ///
    /// # Errors
    /// The database's.
    fn insurers(&mut self) -> Result<Vec<Insurer>, GatewayError>;

    /// Adds an office, or replaces its name and the insurers it may ask.
    ///
    /// # Errors
    /// The database's; an insurer that is not known.
    fn put_office(
        &mut self,
        office: &OfficeNumber,
        name: &str,
        insurers: &[InsurerNumber],
        now: Timestamp,
    ) -> Result<(), GatewayError>;

    /// An office with the insurers it may ask.
    ///
    /// # Errors
    /// The database's.
    fn facility(&mut self, office: &OfficeNumber) -> Result<Option<Facility>, GatewayError>;

    /// The insurer, if the office may ask it.
    ///
    /// # Errors
    /// The database's.
    fn insurer_in_scope(
        &mut self,
        office: &OfficeNumber,
        insurer: &InsurerNumber,
    ) -> Result<Option<Insurer>, GatewayError>;

    /// All offices' numbers.
    ///
    /// # Errors
    /// The database's.
    fn offices(&mut self) -> Result<Vec<OfficeNumber>, GatewayError>;

    /// Keeps the profile as the office entered it.
    ///
    /// # Errors
    /// The database's.
    fn put_profile(
        &mut self,
        office: &OfficeNumber,
        profile: &ProfileRow,
        now: Timestamp,
    ) -> Result<(), GatewayError>;

    /// The profile, once the office has entered it.
    ///
    /// # Errors
    /// The database's.
    fn profile(&mut self, office: &OfficeNumber) -> Result<Option<ProfileRow>, GatewayError>;

    /// Adds or replaces a staff record.
    ///
    /// # Errors
    /// The database's.
    fn put_staff(
        &mut self,
        office: &OfficeNumber,
        staff: &StaffRow,
        now: Timestamp,
    ) -> Result<(), GatewayError>;

    /// One staff member of an office, leaver or not.
    ///
    /// # Errors
    /// The database's.
    fn staff_member(
        &mut self,
        office: &OfficeNumber,
        id: &UserId,
    ) -> Result<Option<StaffRow>, GatewayError>;

    /// The staff of an office, leavers included, by id.
    ///
    /// # Errors
    /// The database's.
    fn staff(&mut self, office: &OfficeNumber) -> Result<Vec<StaffRecord>, GatewayError>;

    /// Keeps a signed pledge.
    ///
    /// # Errors
    /// The database's.
    fn put_pledge(&mut self, office: &OfficeNumber, pledge: &Pledge) -> Result<(), GatewayError>;

    /// The pledges of an office, newest first.
    ///
    /// # Errors
    /// The database's.
    fn pledges(&mut self, office: &OfficeNumber) -> Result<Vec<Pledge>, GatewayError>;
}
