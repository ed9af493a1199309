//! What somebody typed over a profile that another unit of the office changed meanwhile.

use protocol::facility::FacilityProfile;

/// A value of which `shown` was on the screen, `mine` came back, and `known` holds by now: what
/// nobody changed here follows what is known.
#[must_use]
pub fn follow<T: PartialEq + Clone>(mine: &T, shown: &T, known: &T) -> T {
    if mine == shown { known } else { mine }.clone()
}

/// [`follow`], field by field.
pub(super) fn merged(
    mine: &FacilityProfile,
    shown: &FacilityProfile,
    known: &FacilityProfile,
) -> FacilityProfile {
    FacilityProfile {
        corporation: follow(&mine.corporation, &shown.corporation, &known.corporation),
        office: follow(&mine.office, &shown.office, &known.office),
        name: follow(&mine.name, &shown.name, &known.name),
        short_name: follow(&mine.short_name, &shown.short_name, &known.short_name),
        address: follow(&mine.address, &shown.address, &known.address),
        phone: follow(&mine.phone, &shown.phone, &known.phone),
        email: follow(&mine.email, &shown.email, &known.email),
        applicant: follow(&mine.applicant, &shown.applicant, &known.applicant),
        access: follow(&mine.access, &shown.access, &known.access),
    }
}
