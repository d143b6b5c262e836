#include "server/import_table.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/arena.h"
#include "base/utf8.h"
#include "server/nameless_file.h"
#include "wire/cells.h"
#include "wire/csv.h"
#include "wire/json.h"

namespace yinuo::server {
namespace {

constexpr std::size_t kColumnsMost = 200;
constexpr std::int64_t kRowsMost = 1'000;
constexpr std::size_t kSamplesMost = 5;
constexpr std::size_t kSampleShown = 60;  // characters

// As people write times, the likeliest first. Where day and month could be exchanged, the samples
// decide, and if they don't, the month comes first.
constexpr std::array<std::string_view, 12> kPatterns = {"ISO",
                                                        "yyyy/M/d H:mm:ss",
                                                        "yyyy/M/d H:mm",
                                                        "yyyy/M/d",
                                                        "yyyyMMddHHmmss",
                                                        "yyyyMMdd",
                                                        "M/d/yyyy h:mm:ss a",
                                                        "M/d/yyyy H:mm",
                                                        "d/M/yyyy H:mm",
                                                        "d.M.yyyy H:mm",
                                                        "M/d/yyyy",
                                                        "d/M/yyyy"};
constexpr std::string_view kTypes[] = {"text", "number", "boolean", "instant", "date", "duration"};

std::string shown(std::string_view text) {
    std::size_t end = 0;
    for (std::size_t n = 0; n < kSampleShown && end < text.size(); ++n)
        end += std::max<std::size_t>(1, utf8_length(text.substr(end)));
    return end < text.size() ? std::string(text.substr(0, end)) + "…" : std::string(text);
}

// What a column may still hold, given what was seen of it.
class Guess {
public:
    Guess() {
        for (const auto pattern : kPatterns) times_.push_back(*wire::TimePattern::parse(pattern));
    }
    void see(std::string_view text) {
        seen_ = true;
        // A number with a zero in front is somebody's number, not a quantity.
        const bool named = text.size() > 1 && text[0] == '0' && text[1] != '.';
        number_ = number_ && !named && wire::read_number(text, '.').has_value();
        std::erase_if(times_, [&](const auto& pattern) {
            const auto read = pattern.read(text);
            if (read && read->local.millis_of_day() != 0) has_hours_ = true;
            return !read;
        });
        truth_ = truth_ && std::ranges::find(kTruths, text) != kTruths.end();
    }
    void tell(SeenColumn& into) const {
        using wire::FieldType;
        if (!seen_) return;
        if (truth_) {
            into.type = FieldType::Boolean;
        } else if (!times_.empty() && !(number_ && !looks_dated())) {
            into.type = has_hours_ ? FieldType::Instant : FieldType::Date;
            into.times = times_.front().text();
        } else if (number_) {
            into.type = FieldType::Number;
        }
    }

private:
    static constexpr std::array<std::string_view, 10> kTruths = {
        "true", "false", "yes", "no", "是", "否", "TRUE", "FALSE", "Yes", "No"};
    bool looks_dated() const { return times_.front().text().size() >= 8; }

    std::vector<wire::TimePattern> times_;
    bool number_ = true, truth_ = true, seen_ = false, has_hours_ = false;
};

class Looking final : public wire::RowSink {
public:
    explicit Looking(const std::vector<std::string>& names) {
        for (const auto& name : names) add(name);
    }
    bool take(const wire::Row& row) override {
        for (std::size_t i = 0; i < row.cells.size(); ++i) see(i, row.cells[i]);
        return ++table_.rows < kRowsMost;
    }
    bool reject(std::uint64_t, std::uint32_t, Text) override { return ++table_.rows < kRowsMost; }
    void note(Finding) override {}

    // Of rows that bring their own names.
    void see(const std::string& name, std::string_view text) {
        const auto known = places_.find(name);
        if (known != places_.end()) return see(known->second, text);
        if (table_.columns.size() < kColumnsMost) see(add(name), text);
    }
    void end_row() { ++table_.rows; }
    bool enough() const { return table_.rows >= kRowsMost; }

    SeenTable told() {
        for (std::size_t i = 0; i < guesses_.size(); ++i) guesses_[i].tell(table_.columns[i]);
        return std::move(table_);
    }

private:
    std::size_t add(const std::string& name) {
        places_.emplace(name, guesses_.size());
        table_.columns.push_back({.name = name, .samples = {}, .times = {}});
        guesses_.emplace_back();
        return guesses_.size() - 1;
    }
    void see(std::size_t place, std::string_view text) {
        while (text.starts_with(' ')) text.remove_prefix(1);
        while (text.ends_with(' ')) text.remove_suffix(1);
        if (text.empty()) return;
        auto& column = table_.columns[place];
        ++column.filled;
        guesses_[place].see(text);
        auto sample = shown(text);
        if (column.samples.size() < kSamplesMost &&
            std::ranges::find(column.samples, sample) == column.samples.end())
            column.samples.push_back(std::move(sample));
    }

    SeenTable table_;
    std::vector<Guess> guesses_;
    std::map<std::string, std::size_t> places_;
};

Result<SeenTable> look_at_csv(std::string_view data, const wire::Mapping* mapping) {
    wire::CsvShape shape;
    if (mapping != nullptr)
        shape = {.delimiter = mapping->delimiter.value_or(','),
                 .quote = mapping->quote,
                 .columns = mapping->columns};
    const auto file = TRY(NamelessFile::of(data));
    auto first = TRY(wire::Input::open(file.path()));
    auto names = TRY(wire::csv_header(*first, shape));
    // A name that two columns share can't be asked for.
    std::erase_if(names, [&](const auto& name) { return std::ranges::count(names, name) > 1; });
    if (names.size() > kColumnsMost) names.resize(kColumnsMost);
    Looking looking(names);
    auto input = TRY(wire::Input::open(file.path()));
    if (auto read = wire::read_csv(*input, shape, names, looking); !read)
        return refuse(std::move(read.error()));
    return looking.told();
}

void see_members(Looking& looking, const wire::Json& json, const std::string& before, int depth) {
    for (const auto& [key, value] : json.members) {
        const auto name = before + std::string(key);
        if (value.is_object()) {
            if (depth < 4) see_members(looking, value, name + ".", depth + 1);
        } else if (!value.is_array() && !value.is_null()) {
            const bool truth = value.kind == wire::Json::Kind::Boolean;
            looking.see(name, truth ? (value.boolean ? "true" : "false") : value.text);
        }
    }
}

SeenTable look_at_lines(std::string_view data) {
    Looking looking({});
    while (!data.empty() && !looking.enough()) {
        const auto feed = data.find('\n');
        const auto line = data.substr(0, feed);
        data.remove_prefix(feed == std::string_view::npos ? data.size() : feed + 1);
        Arena memory;
        const auto json = wire::parse_json(line, memory);
        if (json && json->is_object()) see_members(looking, *json, "", 0);
        looking.end_row();
    }
    return looking.told();
}

}  // namespace

Result<SeenTable> look_at(std::string_view data, bool csv, const wire::Mapping* mapping) {
    if (!csv) return look_at_lines(data);
    auto table = look_at_csv(data, mapping);
    if (!table) table.error().place.path.clear();
    return table;
}

void write_columns(JsonOut& out, const SeenTable& table) {
    out.open('[');
    for (const auto& column : table.columns) {
        out.open('{').member("name", column.name).list("samples", column.samples);
        out.member("filled", column.filled);
        out.member("type", kTypes[static_cast<std::size_t>(column.type)]);
        out.member_if("times", column.times).close('}');
    }
    out.close(']');
}

}  // namespace yinuo::server
