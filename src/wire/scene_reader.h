// Reads the lines of a scene file. Behind scene.h; not for other rooms.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "wire/scene.h"

namespace yinuo::wire {

class SceneReader {
public:
    SceneReader(SceneFile& file, Zones& zones) : file_(file), zones_(zones) {}
    void read(std::string_view text);

private:
    // A part of the present line, from a byte offset.
    struct Part {
        std::string_view text;
        std::size_t at = 0;
        bool empty() const { return text.empty(); }
    };

    // --- lines and facts (scene.cc)
    void read_line(std::string_view line);
    void read_setting(std::string_view key, const Part& value);
    void read_fact();
    bool read_brackets(SceneFact& fact, const Part& inside);
    std::optional<feel::Value> read_value(const Part& part);
    feel::Value read_bare(std::string_view word);
    std::optional<Instant> read_time(const Part& part);
    void settle_scene();

    // --- expectations (scene_expect.cc)
    void read_expectation(const Part& rest);
    bool read_mark(Expectation& e, const Part& part);
    bool read_outcome(Expectation& e, const Part& part);
    bool read_tallies(Expectation& e, const Part& part);
    bool read_amounts(Expectation& e, const Part& part);
    std::optional<SceneAmount> read_amount(const Part& part);
    bool read_events(Expectation& e, const Part& part);
    bool read_share(Expectation& e, const Part& part);
    std::optional<Millis> read_length(const Part& part);
    std::optional<std::int64_t> read_count(const Part& part);

    static Part trimmed(Part part);
    // Cuts off and returns what stands before `mark` (or all of it).
    static Part cut(Part& rest, char mark);
    static Part word(Part& rest);
    static bool skip(Part& rest, std::string_view words);

    Place place(std::size_t offset) const;
    bool error(std::string code, const Part& at, Text what, Text mend = {});
    Scene* scene() { return file_.scenes.empty() ? nullptr : &file_.scenes.back(); }

    SceneFile& file_;
    Zones& zones_;
    std::string_view line_;
    std::uint32_t number_ = 0;
    const Zone* zone_ = nullptr;
    const Zone* head_zone_ = nullptr;  // of the scenes that say no other
    bool zone_missed_ = false;
    std::vector<std::string> promises_;
    std::string about_ = "case/1";
    std::optional<Instant> now_;       // as `now:` said
    Instant latest_ = Instant::min();  // of the facts so far
    std::int64_t facts_ = 0;           // of this scene, with their counts
};

}  // namespace yinuo::wire
