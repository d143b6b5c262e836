// The life of a promise version: draft, checked, approved by a second person, published, retired.
//
// Versions are documents of the collection "promise", id "NAME@VERSION"; each step is an entry of
// the log, and publishing also a leaf of the transparency log. Nothing about a version changes once
// it is published, but that it retires.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/turns.h"

namespace yinuo::engine {

inline constexpr std::string_view kPromises = "promise";
inline constexpr std::string_view kCalendars = "calendar";

enum class Stage : std::uint8_t { Draft, Checked, Approved, Published, Retired };
std::string_view name_of(Stage);  // "draft"
std::optional<Stage> parse_stage(std::string_view name);
Text describe(Stage);

// Somebody's approval on behalf of their team 部门. It is of one text: another one has none yet.
struct Approval {
    std::string by;
    std::string team;
    Instant at = Instant::max();
};

// What the document's body says; to_json()/from_json() are its spelling.
struct PromiseVersion {
    std::string name;
    int version = 1;
    Stage stage = Stage::Draft;
    Publication publication;
    std::string text_hash;  // SHA-256, hex
    std::string drafted_by, approved_by, published_by, retired_by;
    std::vector<Approval> approvals = {};  // teams'; approved_by was the last, or without a team
    Instant drafted_at = Instant::max(), approved_at = Instant::max(),
            published_at = Instant::max(), retired_at = Instant::max();
    store::Position position = 0;  // once published

    std::string id() const { return name + "@" + std::to_string(version); }
    std::string to_json() const;
    static Result<PromiseVersion> from_json(std::string_view);
};

// The text with all the calendars that it names as files ("office.yaml"): those handed in with it,
// otherwise the tenant's as they stand. What is at neither place is left to the text's findings.
Publication with_calendars(store::Reading&, store::TenantId, const Publication& handed, Zones&);

// A new draft, or another text for one that isn't approved yet (`etag`: the document's version that
// was changed; 0: it is new), with_calendars(). Findings don't refuse a draft: `findings` has
// them. Refuses a text that names no promise or version, one that is approved or
// published already, a stale etag.
struct Drafted {
    PromiseVersion version;
    std::int64_t etag = 0;
    Findings findings;
};
Result<Drafted> draft(Turns&, const Actor&, const Publication&, std::int64_t etag);

// Draft -> Checked. Refuses while there are errors, naming the first.
Result<Drafted> check_draft(Turns&, const Actor&, std::string_view id, std::int64_t etag);
// Checked -> Approved, by another person than the one who drafted it. Where the tenant names approving
// teams, once somebody of each has: `team` is the actor's. Refuses a team that isn't asked or has
// approved already, and who has approved already.
Result<Drafted> approve(Turns&, const Actor&, std::string_view id, std::int64_t etag,
                        std::string_view team = {});
// Of the tenant's approving teams those that haven't approved this text yet.
std::vector<std::string> missing_teams(const PromiseVersion&,
                                       const std::vector<std::string>& teams);
// Approved -> Published; in force from now, or from what the text says if that is later. Also
// refuses a version that isn't newer than the newest published one, and one that lacks a team's
// approval as the tenant's settings stand now.
Result<Drafted> publish(Turns&, const Actor&, std::string_view id, std::int64_t etag);
// Published -> Retired: nothing more begins under it; what runs, runs on.
Result<Drafted> retire(Turns&, const Actor&, std::string_view id, std::int64_t etag);

// What the transparency log commits to when it is published.
std::string leaf_of(const PromiseVersion&);

// What an entry of EntryKind::Promise says.
struct PromiseStep {
    Stage stage = Stage::Draft;        // the one it reached
    std::string id;                    // "same-day-install@3"
    std::string text_hash;             // SHA-256, hex
    Publication publication;           // of Published
    store::Position published_in = 0;  // of Retired: the entry that published it
    std::string name;                  // "same-day-install"
    int version = 0;                   // 3
    std::string by;                    // who did it
    std::string team;                  // of an approval: for whom
};
Result<PromiseStep> read_promise_step(std::string_view body);
// What was published or retired comes onto the shelf or leaves it. Refuses as Shelf::add() does.
Result<void> take_step(Shelf&, const store::Entry&, const PromiseStep&);

// Findings of a text as check_draft() would have them: with "personal-field" for each field that it reads
// and this tenant calls personal.
Findings examine(const Publication&, std::span<const std::string> personal_fields, Names&, Zones&);

// --- calendars that promises name as files -------------------------------------------------------

// A document of the collection "calendar", its id being the file's name ("office.yaml"). Published
// promises keep the text that they were drafted with. Refuses a name that isn't letters, digits, '.',
// '_' and '-' ending in .yaml, a stale etag (0: it is new), and a text with errors, naming the first.
struct SavedCalendar {
    std::int64_t etag = 0;
    Findings findings;
};
Result<SavedCalendar> save_calendar(Turns&, const Actor&, std::string_view name,
                                    std::string_view text, std::int64_t etag);
// nullopt: there is none.
std::optional<std::string> calendar_text(store::Reading&, store::TenantId, std::string_view name);

}  // namespace yinuo::engine
