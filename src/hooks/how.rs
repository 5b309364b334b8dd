//! Examples for whoever sets a tool up, to be copied as they are: they are code, and the same in every
//! language.

use super::Field;

/// What whoever sets the tool up has to know, with examples to copy.
pub struct How<'a> {
    pub url: &'a str,
    pub fields: &'a [Field],
}

impl How<'_> {
    /// A body that would be taken.
    pub fn body(&self) -> String {
        let value = |field: &Field| match field {
            Field::Phone => "+1 555 0100",
            Field::Bio => "Roofer",
            _ => "https://www.example.org/ann",
        };
        let fields = self.fields.iter().take(2);
        let fields = fields.map(|field| format!("\"{}\": \"{}\"", field.name(), value(field)));
        let fields = fields.collect::<Vec<_>>().join(", ");
        format!("{{\"email\": \"ann@example.org\", \"fields\": {{{fields}}}}}")
    }

    pub fn curl(&self) -> String {
        let (url, body) = (self.url, self.body());
        [
            "SECRET='…'",
            &format!("BODY='{body}'"),
            "TIME=$(date +%s)",
            "SIGNATURE=$(printf '%s.%s' \"$TIME\" \"$BODY\" \\",
            "  | openssl dgst -sha256 -hmac \"$SECRET\" -r | cut -d' ' -f1)",
            &format!("curl {url} \\"),
            "  -H 'content-type: application/json' \\",
            "  -H \"x-novi-timestamp: $TIME\" \\",
            "  -H \"x-novi-delivery: $(uuidgen)\" \\",
            "  -H \"x-novi-signature: sha256=$SIGNATURE\" \\",
            "  --data-binary \"$BODY\"",
        ]
        .join("\n")
    }

    /// For the step "Code by Zapier", in JavaScript; its output feeds the step after it.
    pub fn code(&self) -> String {
        let fields = self.fields.iter().take(2);
        let fields = fields.map(|field| format!("{0}: inputData.{0}", field.name()));
        let fields = fields.collect::<Vec<_>>().join(", ");
        [
            "const crypto = require('crypto');",
            "const body = JSON.stringify({",
            "  email: inputData.email,",
            &format!("  fields: {{ {fields} }},"),
            "});",
            "const timestamp = String(Math.floor(Date.now() / 1000));",
            "const signature = crypto.createHmac('sha256', inputData.secret)",
            "  .update(timestamp + '.' + body).digest('hex');",
            "output = { body, timestamp, delivery: crypto.randomUUID(),",
            "  signature: 'sha256=' + signature };",
        ]
        .join("\n")
    }

    /// What the tool's own fields are called, to be copied as they are.
    pub fn inputs(&self) -> String {
        let names = self.fields.iter().take(2).map(|field| field.name());
        ["email", "secret"].into_iter().chain(names).collect::<Vec<_>>().join(", ")
    }
}
