// 口头承诺: what somebody of the company said to one customer ("I'll have an answer for you in half an
// hour"), and who may say how much.
//
// A word that is given is a subject "word/ID" whose first fact says by when; from there the house
// promise `word` does everything. What was said is personal: it lies sealed in the document and in
// the fact, and in the clear is only a hash of it with a salt that is sealed, too. So whoever holds
// the text can prove that this was promised, and nobody else can guess it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/customers.h"
#include "engine/turns.h"
#include "server/json_out.h"
#include "server/session.h"
#include "store/store.h"

namespace yinuo::server {

inline constexpr std::string_view kWords = "word";  // documents, the promise, the kind of subject

enum class WordState : std::uint8_t {
    Proposed,  // beyond the giver's authority: waits for somebody, and the customer isn't told
    Given,     // how it stands says its obligation
    Refused,
};

struct Word {
    std::string id = {};
    WordState state = WordState::Given;
    store::CustomerId customer = 0;
    std::string about = {};  // "order/4711"; may be empty
    std::string owner = {};  // who does it: "usr_…" or a team
    std::string by = {};     // who said it
    Instant until = {};
    Instant made_at = {};
    std::string needs = {};  // the role whose agreement it waits or waited for; empty: nobody's
    std::string decided_by = {};
    Instant decided_at = Instant::max();
    std::string reason = {};     // of a refusal
    std::string text_hash = {};  // SHA-256 of the salt's text and what was said, hex
    std::string sealed = {};     // {"salt":…,"text":…}
    std::int64_t etag = 0;

    std::string subject() const { return "word/" + id; }
};

struct WordText {
    std::string text, salt;
};
std::string hash_of(const WordText&);
// nullopt: the customer was erased.
std::optional<WordText> text_of(store::Reading&, engine::Keys&, store::TenantId, const Word&);
std::string sealed_form(const WordText&);  // what Word::sealed seals

std::optional<Word> find_word(store::Reading&, store::TenantId, std::string_view id);
std::optional<Word> read_word(const store::Document&);
// Writes it down one version on.
void put_word(engine::Turns&, store::TenantId, Word&);

// The customer's word, and that it is theirs now: fact word.given. Refuses as reporting does.
Result<void> give_word(engine::Turns&, store::TenantId, const Word&, const WordText&,
                       std::string_view agreed_by);

// --- authority 权限 -------------------------------------------------------------------------------

struct AuthorityRow {
    std::string role;                // "agent"; "key" of programs
    std::int64_t longest_hours = 0;  // so far ahead without asking anybody
    std::string needs;               // beyond: this role agrees; empty: no word is given
    std::vector<std::string> kinds;  // of subjects that it is about ("order"); empty: all
};
struct Authority {
    std::vector<AuthorityRow> rows;
    std::int64_t etag = 0;  // 0: nobody wrote any, and these are the usual ones
};
Authority authority_of(store::Reading&, store::TenantId);
// Refuses a stale etag ("stale").
Result<std::int64_t> put_authority(engine::Turns&, const engine::Actor&, const Authority&);

// May this role give a word so far ahead about that? The first row that fits says it. Empty text:
// yes; a role: once that one has agreed. Refuses ("no-authority").
Result<std::string> needed_for(const Authority&, Role, std::string_view about, Millis ahead);
// Owners agree to everything; others in the role that is needed.
bool may_agree(Role who, std::string_view needed);

}  // namespace yinuo::server
