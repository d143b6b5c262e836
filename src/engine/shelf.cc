#include "engine/shelf.h"

#include <algorithm>

#include "tlog/hash.h"

namespace yinuo::engine {
namespace {

std::string hex(std::string_view bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        text += kDigits[static_cast<unsigned char>(c) >> 4];
        text += kDigits[static_cast<unsigned char>(c) & 15];
    }
    return text;
}

}  // namespace

std::string_view kind_of_subject(std::string_view stream_name) {
    return stream_name.substr(0, stream_name.find('/'));
}

Shelf::Shelf(Zones& zones) : zones_(zones) {}

Result<const Version*> Shelf::add(store::TenantId tenant, store::Position position,
                                  Instant published_at, const Publication& publication) {
    auto reading = read_publication(publication, names_, zones_);
    for (const Finding& finding : reading.findings)
        if (finding.severity == Severity::Error) return refuse(finding.error);
    if (reading.promises.size() != 1) {
        return refuse({.code = "not-one-promise",
                       .what = {"一份文本应恰好是一个承诺版本",
                                "a text is exactly one version of one promise"},
                       .mend = {"分成几份提交", "hand in several texts"}});
    }
    auto version = std::make_unique<Version>();
    version->position = position;
    version->tenant = tenant;
    version->text_hash = hex(tlog::sha256(publication.text).view());
    version->promise = std::make_unique<promise::Promise>(std::move(reading.promises.front()));
    promise::Promise& promise = *version->promise;
    version->label = promise.label();
    version->read = promise.fields_read();
    for (std::size_t i = 0; i < promise.clauses.size(); ++i) {
        const auto& clause = promise.clauses[i];
        if (std::holds_alternative<promise::Rate>(clause.shape)) {
            version->rates.push_back(static_cast<int>(i));
            version->hands_verdicts_across = true;
        } else if (clause.per) {
            version->keyed.push_back(static_cast<int>(i));
        }
    }
    promise.effective_from = std::max(promise.effective_from, published_at);
    auto& shelf = about_[{tenant, promise.subject}];
    for (const Version* earlier : shelf) {
        if (earlier->promise->id != promise.id) continue;
        earlier->promise->effective_until =
            std::min(earlier->promise->effective_until, promise.effective_from);
    }
    shelf.push_back(version.get());
    return (versions_[position] = std::move(version)).get();
}

void Shelf::retire(store::Position position, Instant at) {
    const auto found = versions_.find(position);
    if (found == versions_.end()) return;
    promise::Promise& promise = *found->second->promise;
    promise.effective_until = std::min(promise.effective_until, at);
}

const Version* Shelf::find(store::Position position) const {
    const auto found = versions_.find(position);
    return found == versions_.end() ? nullptr : found->second.get();
}

std::span<const Version* const> Shelf::about(store::TenantId tenant,
                                             std::string_view stream_name) const {
    const auto found = about_.find(std::pair{tenant, kind_of_subject(stream_name)});
    if (found == about_.end()) return {};
    return found->second;
}

std::vector<const Version*> Shelf::of(store::TenantId tenant) const {
    std::vector<const Version*> all;
    for (const auto& [position, version] : versions_)
        if (version->tenant == tenant) all.push_back(version.get());
    std::ranges::sort(all, {}, &Version::position);
    return all;
}

}  // namespace yinuo::engine
