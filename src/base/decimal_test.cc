#include "base/decimal.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <vector>

using yinuo::Decimal;
using yinuo::Rounding;

namespace {

Decimal of(std::string_view text) {
    const auto value = Decimal::parse(text);
    REQUIRE(value);
    return *value;
}

std::string shown(const std::optional<Decimal>& value) {
    return value ? value->to_string() : "none";
}

}  // namespace

TEST_CASE("decimals are read and shown as people write them") {
    CHECK(of("12.30").to_string() == "12.30");
    CHECK(of("-0.5").to_string() == "-0.5");
    CHECK(of("1.2e3").to_string() == "1200");
    CHECK(of("0.000").to_string() == "0.000");
    CHECK(of("9999999999999999999999999999999999").to_string() ==
          "9999999999999999999999999999999999");
    CHECK(of("99999999999999999999999999999999995") == of("1e35"));
    CHECK(of("12345678901234567890123456789012345").to_string() ==
          "12345678901234567890123456789012340");
    for (const auto* bad :
         {"", ".", "1.", "-", "1e", "1e+", "--1", "1 2", "0x1", "1.2.3", "1e99999", "nan"})
        CHECK_MESSAGE(!Decimal::parse(bad), bad);
}

TEST_CASE("equal is equal by value, whatever the zeros") {
    CHECK(of("1.0") == of("1.00"));
    CHECK(of("-0") == of("0.00"));
    CHECK(of("1e30") == of("1000000000000000000000000000000"));
    CHECK(of("-2") < of("-1.5"));
    CHECK(of("0.1") < of("1e20"));
    CHECK(of("0") > of("-1e-6000"));
}

TEST_CASE("money sums are exact where doubles are not") {
    CHECK(shown(of("0.1").add(of("0.2"))) == "0.3");
    CHECK(shown(of("0.88").multiply(of("99.90"))) == "87.9120");
    CHECK(shown(of("10").divide(of("4"))) == "2.5");
    CHECK(shown(of("1").divide(of("3"))) == "0.3333333333333333333333333333333333");
    CHECK(shown(of("1").divide(of("0"))) == "none");
    CHECK(shown(of("-12").modulo(of("5"))) == "3");
    CHECK(shown(of("12").modulo(of("-5"))) == "-3");
    CHECK(shown(of("2").power(of("10"))) == "1024");
    CHECK(shown(of("4").square_root()) == "2");
    CHECK(shown(of("-4").square_root()) == "none");
    CHECK(shown(of("9e6110").multiply(of("9e6110"))) == "none");
}

TEST_CASE("rounding drops digits the way it is called") {
    struct Case {
        const char* value;
        int places;
        Rounding rounding;
        const char* result;
    };
    constexpr Case kCases[] = {
        {"2.5", 0, Rounding::HalfEven, "2"},
        {"3.5", 0, Rounding::HalfEven, "4"},
        {"2.5", 0, Rounding::HalfUp, "3"},
        {"-2.5", 0, Rounding::HalfUp, "-3"},
        {"2.5", 0, Rounding::HalfDown, "2"},
        {"2.51", 0, Rounding::HalfDown, "3"},
        {"2.1", 0, Rounding::Up, "3"},
        {"-2.9", 0, Rounding::Down, "-2"},
        {"-2.1", 0, Rounding::Floor, "-3"},
        {"-2.9", 0, Rounding::Ceiling, "-2"},
        {"1250", -2, Rounding::HalfEven, "1200"},
        {"0.005", 2, Rounding::HalfUp, "0.01"},
        {"1e-40", 2, Rounding::Up, "0.01"},
        {"7", 2, Rounding::HalfUp, "7"},
    };
    for (const Case& c : kCases)
        CHECK_MESSAGE(of(c.value).round(c.places, c.rounding) == of(c.result), c.value);
}

TEST_CASE("whole numbers leave only when they fit") {
    CHECK(of("9223372036854775807").to_int64() == INT64_MAX);
    CHECK(of("-9223372036854775808").to_int64() == INT64_MIN);
    CHECK(!of("9223372036854775808").to_int64());
    CHECK(!of("1.5").to_int64());
    CHECK(of("1.50e2").to_int64() == 150);
}

TEST_CASE("every operation agrees with Python's decimal module") {
    if (std::system("python3 -c 'import decimal' 2>/dev/null") != 0) {
        MESSAGE("skipped: no python3 here");
        return;
    }
    std::mt19937_64 random(20260228);
    const auto number = [&](int spread) {
        std::string digits;
        const auto count = 1 + random() % 34;
        for (std::uint64_t i = 0; i < count; ++i) digits += static_cast<char>('0' + random() % 10);
        const auto exponent =
            static_cast<int>(random() % static_cast<unsigned>(2 * spread + 1)) - spread;
        return std::string(random() % 2 == 0 ? "-" : "") + digits + "e" + std::to_string(exponent);
    };
    struct Task {
        std::string name, a, b;
    };
    std::vector<Task> tasks;
    for (const auto* name : {"add", "subtract", "multiply", "divide", "modulo"})
        for (int i = 0; i < 2000; ++i) tasks.push_back({name, number(40), number(40)});
    for (int i = 0; i < 300; ++i) {
        tasks.push_back({"sqrt", number(40), "0"});
        tasks.push_back({"log", number(40), "0"});
        tasks.push_back({"exp",
                         std::to_string(static_cast<int>(random() % 4000) - 2000) + "." +
                             std::to_string(random() % 100000),
                         "0"});
        tasks.push_back(
            {"power", std::to_string(1 + random() % 1000) + "." + std::to_string(random() % 1000),
             std::to_string(static_cast<int>(random() % 60) - 30) + "." +
                 std::to_string(random() % 100)});
    }
    char path[] = "/tmp/decimal-XXXXXX";
    const int file = mkstemp(path);
    REQUIRE(file >= 0);
    close(file);
    {
        std::ofstream out(path);
        for (const Task& task : tasks) out << task.name << ' ' << task.a << ' ' << task.b << '\n';
    }
    const std::string command =
        std::string("python3 " YINUO_SOURCE_DIR "/src/base/decimal_oracle.py ") + path;
    FILE* answers = popen(command.c_str(), "r");
    REQUIRE(answers != nullptr);
    int wrong = 0;
    for (const Task& task : tasks) {
        char line[256] = {};
        REQUIRE(std::fgets(line, sizeof line, answers) != nullptr);
        std::string answer(line);
        answer.pop_back();
        const Decimal a = of(task.a);
        const Decimal b = of(task.b);
        const auto mine = task.name == "add"        ? a.add(b)
                          : task.name == "subtract" ? a.subtract(b)
                          : task.name == "multiply" ? a.multiply(b)
                          : task.name == "divide"   ? a.divide(b)
                          : task.name == "modulo"   ? a.modulo(b)
                          : task.name == "power"    ? a.power(b)
                          : task.name == "sqrt"     ? a.square_root()
                          : task.name == "exp"      ? a.exp()
                                                    : a.log();
        bool same = answer == "none" ? !mine : mine && *mine == of(answer);
        if (!same && mine && answer != "none" && task.name == "power") {
            // Python promises its last digit only within one.
            const auto distance = mine->subtract(of(answer))->absolute();
            same = distance <= *mine->absolute().multiply(of("1e-33"));
        }
        if (!same && ++wrong < 10)
            MESSAGE(task.name << " " << task.a << " " << task.b << ": " << shown(mine) << ", not "
                              << answer);
    }
    pclose(answers);
    std::remove(path);
    CHECK(wrong == 0);
}
