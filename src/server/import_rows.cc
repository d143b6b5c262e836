#include "server/import_rows.h"

#include <algorithm>
#include <unordered_map>

#include "base/arena.h"
#include "base/names.h"
#include "base/utf8.h"
#include "server/nameless_file.h"
#include "server/obligation_out.h"
#include "tlog/hash.h"
#include "wire/feel_json.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kLineShown = 300;  // characters

// Reading asks a plain function whether to stop; each import has a thread to itself.
thread_local const std::atomic<bool>* of_this_thread = nullptr;
bool interrupted() { return of_this_thread != nullptr && of_this_thread->load(); }

std::string_view name_of(promise::Change change) {
    switch (change) {
        case promise::Change::Report: return "report";
        case promise::Change::Correct: return "correct";
        case promise::Change::Retract: return "retract";
    }
    return "report";
}

std::string hex_of(const tlog::Hash& hash, std::size_t bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i) {
        text += kDigits[hash.bytes[i] >> 4];
        text += kDigits[hash.bytes[i] & 15];
    }
    return text;
}

class Gather final : public promise::FactSink {
public:
    Gather(const wire::Mapping& mapping, const Names& names, ImportSink& into)
        : names_(names),
          into_(into),
          numbers_itself_(std::ranges::any_of(
              mapping.facts, [](const auto& rule) { return rule.sequence.given(); })) {}

    void begin(std::uint64_t line, std::string_view customer) {
        flush();
        row_.line = line;
        customer_ = customer;
        open_ = true;
    }
    void take(const promise::Fact& fact) override { row_.facts.push_back(json_of(fact)); }
    void flush() {
        if (open_) into_.take(std::exchange(row_, {}));
        open_ = false;
    }

private:
    std::string json_of(const promise::Fact& fact) {
        const auto fields = fields_of(fact);
        const auto place = places_[std::string(fact.subject) + ' ' + to_string(fact.at)]++;
        const auto kind = names_.text(fact.kind);
        JsonOut out;
        out.open('{');
        if (!fact.id.empty()) {
            out.member("id", fact.id);
        } else {
            JsonOut said;
            said.open('[').value(kind).value(fact.subject).value(fact.at).value(place);
            said.raw(fields).close(']');
            out.member("id", "row-" + hex_of(tlog::sha256(said.text()), 16));
        }
        out.member("kind", kind).member("subject", fact.subject).member("at", fact.at);
        out.member_if("customer", customer_);
        out.member("sequence", numbers_itself_ ? fact.sequence : place);
        if (fact.change != promise::Change::Report) out.member("change", name_of(fact.change));
        return out.key("fields").raw(fields).close('}').take();
    }

    // What a row doesn't say isn't said.
    std::string fields_of(const promise::Fact& fact) const {
        JsonOut out;
        out.open('{');
        for (const auto& field : fact.fields) {
            if (field.value.is_null()) continue;
            std::string value;
            wire::append_feel(value, field.value, wire::FeelSpelling::Typed);
            out.key(names_.text(field.name)).raw(value);
        }
        return out.close('}').take();
    }

    const Names& names_;
    ImportSink& into_;
    const bool numbers_itself_;
    ImportedRow row_;
    std::string customer_;
    bool open_ = false;
    std::unordered_map<std::string, std::int64_t> places_;  // by subject and instant
};

}  // namespace

void write_rejected(JsonOut& out, const RejectedRow& row) {
    out.open('{');
    if (row.line != 0) out.member("line", row.line);
    if (row.column != 0) out.member("column", row.column);
    out.member_if("field", row.field).member_if("code", row.code);
    write_text(out.key("what"), row.what);
    if (!row.mend.en.empty()) write_text(out.key("mend"), row.mend);
    out.member_if("text", row.text).close('}');
}

Lines::Lines(std::string_view text) : text_(text) {
    begins_.push_back(0);
    for (auto feed = text.find('\n'); feed != std::string_view::npos;
         feed = text.find('\n', feed + 1))
        begins_.push_back(feed + 1);
}

std::string Lines::at(std::uint64_t line) const {
    if (line == 0 || line > begins_.size()) return {};
    const auto from = begins_[line - 1];
    auto text = text_.substr(from, text_.find('\n', from) - from);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (find_bad_utf8(text) != std::string_view::npos) return {};
    std::size_t shown = 0;
    for (std::size_t n = 0; n < kLineShown && shown < text.size(); ++n)
        shown += std::max<std::size_t>(1, utf8_length(text.substr(shown)));
    std::string kept(text.substr(0, shown));
    if (shown < text.size()) kept += "…";
    return kept;
}

Result<wire::ReadCounts> read_rows(const wire::Mapping& mapping, std::string_view data,
                                   Zones& zones, const std::atomic<bool>& stop, ImportSink& into) {
    const auto file = TRY(NamelessFile::of(data));
    const Lines lines(data);
    Names names;
    Arena memory;
    Gather gather(mapping, names, into);
    wire::HistoryReader reader(mapping, names, zones, memory);
    wire::ReadOptions options;
    options.interrupted = interrupted;
    options.on_row = [&](std::uint64_t line, std::string_view customer) {
        gather.begin(line, customer);
    };
    options.on_rejected = [&](const wire::Rejected& row) {
        gather.flush();
        into.reject({.line = row.line,
                     .column = row.column,
                     .field = std::string(row.field),
                     .what = row.reason,
                     .mend = row.mend,
                     .text = lines.at(row.line)});
    };
    options.on_progress = [&](std::uint64_t done, std::uint64_t total) {
        into.progress(done, total);
    };
    of_this_thread = &stop;
    auto counts = reader.read(file.path(), gather, options);
    of_this_thread = nullptr;
    if (!counts) {
        counts.error().place.path.clear();
        return refuse(std::move(counts.error()));
    }
    gather.flush();
    return std::move(*counts);
}

}  // namespace yinuo::server
