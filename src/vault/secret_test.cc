#include "vault/secret.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <memory>
#include <new>
#include <ostream>
#include <set>
#include <sstream>
#include <type_traits>

#include "vault/encoding.h"
#include "vault/password.h"
#include "vault/random.h"
#include "vault/token.h"

namespace yinuo::vault {
namespace {

struct Phone;
using PhoneNumber = Secret<Phone>;

template <typename T>
concept Streams = requires(std::ostringstream& out, const T& value) { out << value; };

static_assert(!Streams<PhoneNumber> && !Streams<Key>);
static_assert(!fmt::is_formattable<PhoneNumber>::value && !fmt::is_formattable<Key>::value);
static_assert(!std::is_convertible_v<PhoneNumber, std::string_view>);
static_assert(!std::is_convertible_v<std::string, PhoneNumber>);
static_assert(!std::is_convertible_v<Secret<Password>, PhoneNumber>);
static_assert(!std::equality_comparable<PhoneNumber> && !std::equality_comparable<Key>);

// The bytes where an object was, after it has gone.
template <typename T, typename Use>
std::string bytes_left(const T& value, Use use) {
    alignas(T) unsigned char room[sizeof(T)];
    T* const object = new (room) T(value);
    use(*object);
    std::destroy_at(object);
    return {reinterpret_cast<const char*>(room), sizeof room};
}

TEST_CASE("a secret leaves nothing of itself behind") {
    const auto nothing = [](auto&) {};
    CHECK(bytes_left(PhoneNumber("13800138000"), nothing).find("138") == std::string::npos);
    CHECK(bytes_left(Key(bytes_of("0123456789abcdef0123456789abcdef").first<32>()), nothing)
              .find("abc") == std::string::npos);
    const auto moved_from = [](PhoneNumber& phone) {
        const PhoneNumber other = std::move(phone);
        CHECK(other.expose() == "13800138000");
        CHECK(phone.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the point
        CHECK(std::string_view(reinterpret_cast<const char*>(&phone), sizeof phone).find("138") ==
              std::string_view::npos);
    };
    bytes_left(PhoneNumber("13800138000"), moved_from);
}

TEST_CASE("secrets are copied, moved and replaced like other values") {
    PhoneNumber a("13800138000");
    PhoneNumber b = a;
    CHECK(b.expose() == a.expose());
    b = PhoneNumber("a number that is longer than a short string holds in itself");
    CHECK(b.expose().starts_with("a number"));
    a = std::move(b);
    CHECK(a.expose().starts_with("a number"));
    CHECK(same("abc", "abc"));
    CHECK_FALSE(same("abc", "abd"));
    CHECK_FALSE(same("abc", "ab"));
}

TEST_CASE("the same seed gives the same bytes, another seed or call others") {
    SeededEntropy a(7);
    SeededEntropy b(7);
    SeededEntropy c(8);
    const auto first = token(a, 16);
    CHECK(first == token(b, 16));
    CHECK(first != token(c, 16));
    CHECK(first != token(a, 16));
    // Pinned: a simulation must play the same in ten years.
    CHECK(first == "ahnvsWFI5qFrW4wiqmzKHT");
}

TEST_CASE(
    "a token is as long as its strength needs, of letters and digits, and never comes twice") {
    SystemEntropy entropy;
    CHECK(token(entropy, 16).size() == 22);
    CHECK(token(entropy, 32).size() == 43);
    CHECK(token(entropy, 0).empty());
    std::set<std::string> seen;
    std::array<int, 62> count{};
    for (int i = 0; i < 2000; ++i) {
        const auto text = token(entropy, 16);
        for (const char c : text) {
            REQUIRE(kBase62.find(c) != std::string_view::npos);
            ++count[kBase62.find(c)];
        }
        seen.insert(text);
    }
    CHECK(seen.size() == 2000);
    for (const int n : count) CHECK((n > 500 && n < 920));  // 710 each, eight sigmas either way
}

TEST_CASE("a password is known again, another isn't, and nothing of it is stored") {
    const auto passwords = Passwords::open(PasswordCost::cheap()).value();
    const Secret<Password> right("一诺千金 2026");
    const auto stored = passwords.hash(right).value();
    CHECK(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
    CHECK(passwords.verify(stored, right));
    CHECK_FALSE(passwords.verify(stored, Secret<Password>("一诺千金 2027")));
    CHECK_FALSE(passwords.verify(stored, Secret<Password>("")));
    CHECK(passwords.hash(right).value() != stored);  // salted
    for (const auto& broken : {std::string(), std::string("$argon2id$"), std::string(500, 'x'),
                               stored.substr(0, stored.size() - 1), stored + "A"})
        CHECK_FALSE(passwords.verify(broken, right));
}

TEST_CASE("an empty or endless password is refused, and nobody's password is never right") {
    const auto passwords = Passwords::open(PasswordCost::cheap()).value();
    CHECK(passwords.hash(Secret<Password>("")).error().code == "password-length");
    CHECK(passwords.hash(Secret<Password>(std::string(1025, 'x'))).error().code ==
          "password-length");
    CHECK_FALSE(passwords.verify_nobody(Secret<Password>("guess")));
    CHECK(Passwords::open({0, 8192}).error().code == "password-cost");
    CHECK(Passwords::open({1, 1}).error().code == "password-cost");
}

TEST_CASE("a hash made at another cost asks to be made again") {
    const auto cheap = Passwords::open(PasswordCost::cheap()).value();
    const auto dearer = Passwords::open({2, 16384}).value();
    const Secret<Password> password("correct horse");
    const auto stored = cheap.hash(password).value();
    CHECK_FALSE(cheap.needs_rehash(stored));
    CHECK(dearer.needs_rehash(stored));
    CHECK(dearer.needs_rehash("nonsense"));
    CHECK(dearer.verify(stored, password));  // it still lets them in
}

TEST_CASE("an API key is shown once and known again by its hash") {
    SeededEntropy entropy(9);
    const auto made = make_token(entropy, "key");
    const std::string text(made.text.expose());
    CHECK(text.size() == 43);
    CHECK(text.starts_with("yn_key_"));
    CHECK(read_token(text, "key").value() == made.hash);
    CHECK_FALSE(make_token(entropy, "key").hash == made.hash);
    CHECK(read_token(text, "session").error().code == "token-malformed");
    CHECK(read_token("", "key").error().code == "token-malformed");
    CHECK(read_token(text + "\n", "key").error().code == "token-malformed");
    CHECK(read_token(text.substr(0, 20) + "-" + text.substr(21), "key").error().code ==
          "token-malformed");
}

TEST_CASE("抄错一个字符，或两个字符换了位置，一看便知") {
    SeededEntropy entropy(10);
    const std::string text(make_token(entropy, "key").text.expose());
    for (std::size_t at = 7; at < text.size(); ++at) {
        auto slip = text;
        slip[at] = slip[at] == 'x' ? 'y' : 'x';
        const auto read = read_token(slip, "key");
        REQUIRE(read.error().code == "token-mistyped");
        REQUIRE(read.error().what.en.find(slip) == std::string::npos);
        if (at + 1 == text.size() || text[at] == text[at + 1]) continue;
        auto swapped = text;
        std::swap(swapped[at], swapped[at + 1]);
        REQUIRE(read_token(swapped, "key").error().code == "token-mistyped");
    }
}

}  // namespace
}  // namespace yinuo::vault
