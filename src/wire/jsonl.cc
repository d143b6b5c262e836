#include "wire/jsonl.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "wire/json.h"

namespace yinuo::wire {
namespace {

const Json* step(const Json& from, std::string_view key) {
    if (!from.is_array()) return from.find(key);
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
    if (error != std::errc() || end != key.data() + key.size() || index >= from.items.size())
        return nullptr;
    return &from.items[index];
}

const Json* find_path(const Json& from, std::string_view path) {
    if (const Json* whole = from.find(path)) return whole;
    const auto point = path.find('.');
    if (point == std::string_view::npos) return step(from, path);
    const Json* inner = step(from, path.substr(0, point));
    return inner == nullptr ? nullptr : find_path(*inner, path.substr(point + 1));
}

class JsonlReader {
public:
    JsonlReader(Input& input, Columns wanted, RowSink& sink)
        : input_(input), wanted_(wanted), sink_(sink), columns_(wanted), cells_(wanted.size()) {}

    Result<void> read() {
        bool last = false;
        while (true) {
            const auto text = input_.text();
            const auto feed = text.substr(0, kRowBytesMax + 1).find('\n');
            if (feed == std::string_view::npos && text.size() > kRowBytesMax) {
                if (!sink_.reject(line_, 0, {"一行超过 1 MiB", "a line is longer than 1 MiB"}))
                    return {};
                if (auto skipped = skip_line(); !skipped) return skipped;
                continue;
            }
            if (feed == std::string_view::npos && !last) {
                last = !TRY(input_.more());
                continue;
            }
            const auto line = text.substr(0, feed);
            const bool go_on = take_line(line);
            if (!go_on) return {};
            if (feed == std::string_view::npos) break;
            input_.consume(feed + 1);
            ++line_;
        }
        columns_.tell(sink_, input_.path());
        return {};
    }

private:
    Result<void> skip_line() {
        while (true) {
            const auto feed = input_.text().find('\n');
            input_.consume(feed == std::string_view::npos ? input_.text().size() : feed + 1);
            if (feed != std::string_view::npos) break;
            if (!TRY(input_.more())) break;
        }
        ++line_;
        return {};
    }

    bool take_line(std::string_view line) {
        if (line_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) return true;
        memory_.reset();
        const auto json = parse_json(line, memory_);
        if (!json) return sink_.reject(line_, json.error().place.column, json.error().what);
        if (!json->is_object())
            return sink_.reject(line_, 1, {"这一行不是 JSON 对象", "this line is no JSON object"});
        for (const auto& member : json->members) columns_.slot(member.key);
        for (std::size_t i = 0; i < wanted_.size(); ++i) {
            const Json* value = find_path(*json, wanted_[i]);
            cells_[i] = {};
            if (value == nullptr) continue;
            columns_.saw(i);
            if (value->is_array() || value->is_object())
                return sink_.reject(
                    line_, 0,
                    {wanted_[i] + " 是列表或对象，不是一个值；可写到里面一层，例如 " + wanted_[i] +
                         ".0",
                     wanted_[i] + " is a list or an object, no value; name a part of it, such as " +
                         wanted_[i] + ".0"});
            if (value->kind == Json::Kind::Boolean)
                cells_[i] = value->boolean ? "true" : "false";
            else if (value->is_string() && value->text.empty())
                cells_[i] = std::string_view("", 0);
            else
                cells_[i] = value->text;
        }
        return sink_.take({line_, cells_});
    }

    Input& input_;
    Columns wanted_;
    RowSink& sink_;
    SeenColumns columns_;
    std::vector<std::string_view> cells_;
    Arena memory_;
    std::uint64_t line_ = 1;
};

}  // namespace

Result<void> read_jsonl(Input& input, Columns wanted, RowSink& sink) {
    return JsonlReader(input, wanted, sink).read();
}

}  // namespace yinuo::wire
