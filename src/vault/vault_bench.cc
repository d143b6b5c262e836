// What every event and every new customer pays; all but SM4 and the passwords are
// meant to stay below two microseconds.
#include <benchmark/benchmark.h>

#include <string>

#include "vault/keyring.h"
#include "vault/password.h"
#include "vault/token.h"
#include "vault/webhook_signature.h"

namespace yinuo::vault {
namespace {

void seal_200_bytes(benchmark::State& state) {
    SystemEntropy entropy;
    const Key key = random_key(entropy);
    const std::string plain(200, 'p');
    for (auto _ : state)
        benchmark::DoNotOptimize(
            seal(key, plain, "acme/cus_42/phone", entropy, static_cast<Suite>(state.range(0))));
}
BENCHMARK(seal_200_bytes)->ArgName("suite")->Arg(1)->Arg(2);

void open_200_bytes(benchmark::State& state) {
    SystemEntropy entropy;
    const Key key = random_key(entropy);
    const auto sealed = seal(key, std::string(200, 'p'), "acme/cus_42/phone", entropy,
                             static_cast<Suite>(state.range(0)));
    for (auto _ : state) benchmark::DoNotOptimize(open(key, sealed, "acme/cus_42/phone"));
}
BENCHMARK(open_200_bytes)->ArgName("suite")->Arg(1)->Arg(2);

void unwrap_a_key(benchmark::State& state) {
    SystemEntropy entropy;
    const auto ring = *Keyring::of({random_key(entropy), random_key(entropy)});
    const auto wrapped = ring.wrap(random_key(entropy), "acme/cus_42", entropy);
    for (auto _ : state) benchmark::DoNotOptimize(ring.unwrap(wrapped, "acme/cus_42"));
}
BENCHMARK(unwrap_a_key);

void derive_a_salt(benchmark::State& state) {
    SystemEntropy entropy;
    const Key key = random_key(entropy);
    for (auto _ : state) benchmark::DoNotOptimize(derive(key, "leaf", "12345678"));
}
BENCHMARK(derive_a_salt);

void read_a_token(benchmark::State& state) {
    SystemEntropy entropy;
    const auto made = make_token(entropy, "session");
    for (auto _ : state) benchmark::DoNotOptimize(read_token(made.text.expose(), "session"));
}
BENCHMARK(read_a_token);

void sign_a_delivery(benchmark::State& state) {
    SystemEntropy entropy;
    const WebhookSecret secrets[] = {WebhookSecret::make(entropy)};
    const std::string body(600, 'b');
    for (auto _ : state)
        benchmark::DoNotOptimize(sign_webhook("msg_1", 1'614'265'330'000, body, secrets));
}
BENCHMARK(sign_a_delivery);

// Meant to be slow.
void verify_a_password(benchmark::State& state) {
    const auto passwords = *Passwords::open();
    const Secret<Password> password("correct horse battery staple");
    const auto stored = *passwords.hash(password);
    for (auto _ : state) benchmark::DoNotOptimize(passwords.verify(stored, password));
}
BENCHMARK(verify_a_password)->Unit(benchmark::kMillisecond);

void verify_nobodys_password(benchmark::State& state) {
    const auto passwords = *Passwords::open();
    const Secret<Password> password("correct horse battery staple");
    for (auto _ : state) benchmark::DoNotOptimize(passwords.verify_nobody(password));
}
BENCHMARK(verify_nobodys_password)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace yinuo::vault

BENCHMARK_MAIN();
