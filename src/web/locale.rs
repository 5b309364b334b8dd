//! What pages say: the catalogue of texts, one file per language in `templates/locales`.

use std::{fmt, sync::LazyLock};

use askama::filters::HtmlSafe;
use fluent_bundle::{
    FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle, memoizer::MemoizerKind,
};
use unic_langid::LanguageIdentifier;

use crate::clock::Timestamp;

/// Every language there is; the first one is spoken where nobody asked for another.
const FILES: [(&str, &str); 1] = [("en", include_str!("../../templates/locales/en.ftl"))];

static CATALOGUES: LazyLock<Vec<Catalogue>> = LazyLock::new(|| {
    FILES.iter().map(|(language, source)| Catalogue::read(language, source)).collect()
});

struct Catalogue {
    language: LanguageIdentifier,
    bundle: FluentBundle<FluentResource>,
}

/// A language to speak. Copy it freely: it points at a catalogue that lives as long as the process.
#[derive(Clone, Copy)]
pub struct Locale(&'static Catalogue);

/// What a message is filled with. Numbers stay numbers, so that the catalogue can choose a plural.
#[derive(Clone, Copy)]
pub enum Arg<'a> {
    Text(&'a str),
    Number(i64),
}

/// A message with the catalogue's own markup. Its arguments were escaped when it was made, so
/// templates print it as it is; this type is the only way around their escaping.
pub struct Rich(String);

impl Locale {
    pub fn english() -> Self {
        Locale(&CATALOGUES[0])
    }

    /// The best of our languages for an `Accept-Language` header, or for OpenID Connect's
    /// `ui_locales` once its blanks are commas.
    pub fn preferred(accepted: &str) -> Self {
        let mut wishes: Vec<(f32, LanguageIdentifier)> = accepted
            .split(',')
            .filter_map(|wish| {
                let (language, weight) = wish.split_once(";q=").unwrap_or((wish, "1"));
                Some((weight.trim().parse().ok()?, language.trim().parse().ok()?))
            })
            .collect();
        wishes.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let spoken = wishes.iter().find_map(|(_, wish)| {
            CATALOGUES.iter().find(|catalogue| catalogue.language.language == wish.language)
        });
        spoken.map_or_else(Self::english, Locale)
    }

    /// All of our languages, as `lang` attributes name them.
    pub fn tags() -> Vec<&'static str> {
        FILES.iter().map(|(language, _)| *language).collect()
    }

    /// What goes into the `lang` attribute.
    pub fn tag(self) -> String {
        self.0.language.to_string()
    }

    pub fn text(self, key: &str, args: &[(&str, Arg)]) -> String {
        self.format(key, args, |text| FluentValue::from(text.to_owned()))
    }

    /// "2 min ago" up to an hour, then "today at 9:12", then a date.
    pub fn moment(self, at: Timestamp, now: Timestamp) -> String {
        let minutes = now.seconds_since(at) / 60;
        let (then, today) = (at.zoned(), now.zoned());
        match minutes {
            ..1 => self.text("moment-now", &[]),
            1..60 => self.text("moment-minutes", &[("number", minutes.into())]),
            _ if then.date() == today.date() => {
                let clock = format!("{}:{:02}", then.hour(), then.minute());
                self.text("moment-today", &[("clock", (&clock).into())])
            }
            _ => self.date(at),
        }
    }

    /// A date with its time of day, past or to come.
    pub fn date(self, at: Timestamp) -> String {
        let then = at.zoned();
        let month = self.text("moment-month", &[("number", i64::from(then.month()).into())]);
        let (day, year) = (then.day().to_string(), then.year().to_string());
        let clock = format!("{}:{:02}", then.hour(), then.minute());
        let args = [
            ("day", (&day).into()),
            ("month", (&month).into()),
            ("year", (&year).into()),
            ("clock", (&clock).into()),
        ];
        self.text("moment-date", &args)
    }

    pub fn rich(self, key: &str, args: &[(&str, Arg)]) -> Rich {
        Rich(self.format(key, args, |text| FluentValue::from(escape(text))))
    }

    fn format(
        self,
        key: &str,
        args: &[(&str, Arg)],
        prepare: fn(&str) -> FluentValue<'static>,
    ) -> String {
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            let value = match arg {
                Arg::Text(text) => prepare(text),
                Arg::Number(number) => FluentValue::from(*number),
            };
            values.set(*name, value);
        }
        // A language that lags behind speaks English where it has no words of its own.
        let english = Self::english().0;
        let Some((bundle, pattern)) = [self.0, english]
            .into_iter()
            .find_map(|it| Some((&it.bundle, it.bundle.get_message(key)?.value()?)))
        else {
            debug_assert!(false, "no text for {key:?} in the catalogue");
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned();
        debug_assert!(errors.is_empty(), "{key:?} cannot be filled in: {errors:?}");
        text
    }
}

impl Catalogue {
    fn read(language: &str, source: &str) -> Self {
        let language: LanguageIdentifier =
            language.parse().expect("FILES names its languages as BCP 47 does");
        let mut bundle = FluentBundle::new_concurrent(vec![language.clone()]);
        // The marks that isolate arguments are invisible to people, not to a search or a test.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(group_digits));
        // What a broken line leaves out is missing from the catalogue, which a test reports.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(it, _)| it);
        bundle.add_resource_overriding(resource);
        Catalogue { language, bundle }
    }
}

/// Prints 1284 as 1,284.
fn group_digits<M: MemoizerKind>(value: &FluentValue, _: &M) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let digits = number.as_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    Some(grouped)
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

impl fmt::Display for Rich {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Rich {}

// By reference too, and by two of them: templates borrow what they loop over.
macro_rules! arguments {
    ($kind:ident: $($type:ty),*; $value:ident => $into:expr) => {
        $(impl<'a> From<$type> for Arg<'a> {
            fn from($value: $type) -> Self {
                Arg::$kind($into)
            }
        })*
    };
}
arguments!(Text: &'a str, &'a String, &'a &'a str, &'a &'a String; text => text);
arguments!(Number: i64; number => number);
arguments!(Number: u64; number => number.cast_signed());
arguments!(Number: &'a u64; number => number.cast_signed());
arguments!(Number: &'a &'a u64; number => number.cast_signed());
arguments!(Number: &'a i64; number => *number);
arguments!(Number: &'a &'a i64; number => **number);
arguments!(Number: usize; number => number as i64);
arguments!(Number: &'a usize; number => *number as i64);
arguments!(Number: &'a &'a usize; number => **number as i64);

#[cfg(test)]
mod tests {
    use super::*;

    const CANARY: &str = r#""><img src=x>'&"#;

    #[test]
    fn arguments_of_a_rich_message_are_escaped_and_its_own_markup_is_not() {
        let english = Locale::english();

        let sentence = english.rich("log-in-with", &[("association", CANARY.into())]).to_string();

        assert!(
            sentence.contains("<strong>&quot;&gt;&lt;img src=x&gt;&#39;&amp;</strong>"),
            "{sentence}"
        );
    }

    #[test]
    fn numbers_choose_their_plural_and_are_grouped() {
        let english = Locale::english();

        let people = |count: i64| english.text("impact-people", &[("count", count.into())]);

        assert!(people(0).contains("Nobody"), "{}", people(0));
        assert!(people(1).contains("1 person"), "{}", people(1));
        assert!(people(1284).contains("1,284 people"), "{}", people(1284));
    }

    #[test]
    fn an_unknown_language_is_answered_in_english() {
        for wish in ["", "tlh, en;q=0.4", "*", "en-GB;q=0.8,xx", "\u{0}"] {
            assert_eq!(Locale::preferred(wish).tag(), "en", "{wish:?}");
        }
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "no text for")]
    fn a_missing_key_is_noticed_in_tests() {
        Locale::english().text("no-such-key", &[]);
    }
}
