#include "engine/fsck_promises.h"

#include "engine/entry.h"
#include "engine/publication_json.h"

namespace yinuo::engine {
namespace {

constexpr int kPage = 200;

// What the document says after this step.
void evolve(PromiseVersion& version, const store::Entry& entry, PromiseStep step) {
    if (!step.team.empty())
        version.approvals.push_back({.by = step.by, .team = step.team, .at = entry.recorded_at});
    switch (step.stage) {
        case Stage::Draft:
            version = {.name = step.name,
                       .version = step.version,
                       .publication = {},
                       .text_hash = std::move(step.text_hash),
                       .drafted_by = std::move(step.by),
                       .approved_by = {},
                       .published_by = {},
                       .retired_by = {},
                       .drafted_at = entry.recorded_at};
            break;
        case Stage::Checked: break;
        case Stage::Approved:
            version.approved_by = std::move(step.by);
            version.approved_at = entry.recorded_at;
            break;
        case Stage::Published:
            version.publication = std::move(step.publication);
            version.published_by = std::move(step.by);
            version.published_at = entry.recorded_at;
            version.position = entry.position;
            break;
        case Stage::Retired:
            version.retired_by = std::move(step.by);
            version.retired_at = entry.recorded_at;
            break;
    }
    version.stage = step.stage;
}

Result<void> take(Shelf& shelf, const store::Entry& entry, const PromiseStep& step) {
    if (step.stage == Stage::Published && hex_hash(step.publication.text) != step.text_hash)
        return refuse({.code = "wrong-text-hash",
                       .what = {"承诺文本与其哈希不符",
                                "the promise's text isn't the one that its hash names"}});
    return take_step(shelf, entry, step);
}

// Each document of a promise version, as far as it can be read.
template <typename Take>
void each_document(store::Reading& rows, store::TenantId tenant, Take take) {
    std::string after;
    for (bool more = true; more;) {
        const auto page = rows.documents(tenant, kPromises, after, kPage);
        more = page.size() == static_cast<std::size_t>(kPage);
        for (const auto& document : page) {
            after = document.id;
            take(document.id, PromiseVersion::from_json(document.body));
        }
    }
}

// What was published by an entry that is damaged is taken from its document, so that the turns under
// it can be checked all the same.
void stand_in(store::Reading& rows, const store::Entry& entry, Shelf& shelf) {
    each_document(rows, entry.tenant, [&](const auto&, const Result<PromiseVersion>& version) {
        if (!version || version->position != entry.position) return;
        static_cast<void>(
            shelf.add(entry.tenant, entry.position, entry.recorded_at, version->publication));
    });
}

}  // namespace

void LoggedPromises::read(store::Reading& rows, store::TenantId tenant, Shelf& shelf,
                          const Bad& bad) {
    rows.entries_about(tenant, static_cast<std::uint8_t>(EntryKind::Promise), 0, false,
                       [&](const store::Entry& entry) {
                           auto step = read_promise_step(entry.body);
                           const auto taken = step ? take(shelf, entry, *step)
                                                   : Result<void>(refuse(step.error()));
                           if (!taken) {
                               bad(entry, taken.error());
                               stand_in(rows, entry, shelf);
                           }
                           if (!step) return true;
                           PromiseVersion& version = logged_[step->id];
                           evolve(version, entry, *std::move(step));
                           return true;
                       });
}

void LoggedPromises::compare(store::Reading& rows, store::TenantId tenant, const Add& add) const {
    auto missing = logged_;
    each_document(rows, tenant, [&](const std::string& id, Result<PromiseVersion> version) {
        missing.erase(id);
        if (!version) {
            const auto& why = version.error().what;
            add("promise-unreadable", {"承诺 " + id + " 的文档读不懂：" + why.zh,
                                       "the document of " + id + " can't be read: " + why.en});
            return;
        }
        const auto said = logged_.find(id);
        const bool whole = hex_hash(version->publication.text) == version->text_hash;
        if (version->position == 0) version->publication = {};  // a draft's isn't in the log
        if (said == logged_.end() || !whole || version->to_json() != said->second.to_json())
            add("promise-differs", {"承诺 " + id + " 的文档与日志不符",
                                    "the document of " + id + " differs from the log"});
    });
    for (const auto& [id, version] : missing)
        add("promise-missing",
            {"承诺 " + id + " 的文档不在了", "the document of " + id + " is missing"});
}

}  // namespace yinuo::engine
