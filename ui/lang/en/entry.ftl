# Questions of the text keyboard (E-6, S-2, S-4), and what to type.

field-person-name = Name?
    .hint = In kana, with a space between the names.
field-token = Enrolment code?
    .hint = As it stands on the paper from the city.
field-corporation = Corporation?
    .hint = In kana. The city can correct it later.
field-office = Office number?
    .hint = Ten characters.
field-office-name = Name of the office?
    .hint = In kana.
field-short-name = Short name?
    .hint = Up to 8 characters, shown above.
field-address = Address?
    .hint = In kana.
field-phone = Telephone?
    .hint = With the area code.
field-email = Mail address?
    .hint = The office's own address.
field-applicant = Name of the applicant?
    .hint = In kana, with a space between the names.
field-staff-name = Name of the member of staff?
    .hint = In kana.
field-staff-id = Staff ID?
    .hint = Letters and digits, six or more.
field-qualification = Qualification?
    .hint = Such as care manager.
