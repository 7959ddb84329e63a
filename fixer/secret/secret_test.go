package secret_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/secret"
)

func TestNamed(t *testing.T) {
	for name, want := range map[string]bool{
		"DB_PASSWORD": true, "dbPassword": true, "db-password": true, "PASSWORD": true, "ROOT_PWD": true, "DB_PASS": true, "PASS": true,
		"GITHUB_TOKEN": true, "TOKEN_SECRET": true, "API_KEY": true, "API_KEY_2": true, "APIKEY": true, "SECRET_KEY_BASE": true,
		"AWS_SECRET_ACCESS_KEY": true, "SSH_PRIVATE_KEY": true, "LICENSE_KEY": true, "vaultpassword": true, "SECRET": true,
		"GPG_PASSPHRASE": true, "PASSWORD_SALT": true, "spring.datasource.password": true,

		"": false, "_": false, "PWD": false, "OLDPWD": false, "KEY": false, "MONKEY": false, "PASS_THROUGH": false,
		"PASSWORD_FILE": false, "PASSWORD_RESET_URL": false, "TOKEN_EXPIRY": false, "SECRET_MANAGER_PROJECT": false, "SECRET_ENGINE": false, "TS_AUTHKEY": true, "WIREGUARD_PRESHARED_KEY": true, "WIFI_PSK": true, "PUBLIC_KEY": false, "GPG_KEY": false,
		"GPG_SIGNING_KEY": false, "AWS_ACCESS_KEY_ID": false, "SECRET_NAME": false, "TOKENIZERS_PARALLELISM": false,
		"ALLOW_EMPTY_PASSWORD": false, "JWT_TOKEN_TTL": false, "SSH_KNOWN_HOSTS": false, "KEYBOARD": false, "AUTHOR": false,
		"COMPASS": false, "123": false,
	} {
		if got := secret.Named(name); got != want {
			t.Errorf("Named(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestTheSettingsOfASecretProviderAreNoSecrets(t *testing.T) {
	for _, name := range []string{
		"PROVIDERS_SECRET_PARAM_KAFKASTORE_BOOTSTRAP_SERVERS", "PROVIDERS_SECRET_PARAM_KAFKASTORE_SECURITY_PROTOCOL",
		"PROVIDERS_SECRET_PARAM_KAFKASTORE_SASL_MECHANISM", "PROVIDERS_SECRET_PARAM_KAFKASTORE_TOPIC_REPLICATION_FACTOR", "TOKEN_HANDLER", "SECRET_STORE_ADDRESS",
	} {
		if secret.Named(name) {
			t.Errorf("Named(%q) is true", name)
		}
	}
	if name := "PROVIDERS_SECRET_PARAM_KAFKASTORE_SSL_KEY_PASSWORD"; !secret.Named(name) {
		t.Errorf("Named(%q) is false", name)
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"DB_PASSWORD", "s3cr3t-of-db", "a secret in plain text"},
		{"dbPassword", "s3cr3t-of-db", "a secret in plain text"},
		{"API_KEY_2", "8312341g-5678", "a secret in plain text"},
		{"ADMIN_PASS", "123456", "a well-known default value"},
		{"POSTGRES_PASSWORD", "postgres", "a well-known default value"},
		{"PASSWORD", "password", "a well-known default value"},
		{"PASSWORD", "mypassword1", "a secret in plain text"},
		{"REDIS_PASSWORD", "0", "a secret in plain text"},
		{"NOTHING", "AKIAQ3EGRTHJ5W2XKZVB", "an AWS access key"},
		{"NOTHING", "-----BEGIN RSA PRIVATE KEY-----\nMIIE", "a private key"},
		{"NOTHING", "npm_" + strings.Repeat("aB3", 12), "an npm token"},
		{"URL", "amqp://:s3cr3t@queue:5672", "a password in a URL"},
		{"URL", "amqp://guest:guest@queue", "a password in a URL"},

		{"PASSWORD", "", ""},
		{"PASSWORD", "  ", ""},
		{"PASSWORD", "$(OTHER)", ""},
		{"PASSWORD", "${OTHER}", ""},
		{"PASSWORD", "{{ .Values.password }}", ""},
		{"PASSWORD", "<password>", ""},
		{"PASSWORD", "xxxxx", ""},
		{"SESSION_SECRET", "00000000-0000-0000-0000-000000000000", ""},
		{"PASSWORD", "/run/secrets/password", ""},
		{"PASSWORD", "vault:secret/data/web", ""},
		{"PASSWORD", "CHANGE_ME", ""},
		{"PASSWORD", "PASSWORD", ""},
		{"SECRET_KEY_BASE", "dummy", ""},
		{"DB_PASSWORD", "INSERT_DB_PASSWORD", ""},
		{"GOOGLE_API_KEY", "GOOGLE_API_KEY_VAL", ""},
		{"COOKIE_SECRET", "SECRET", ""},
		{"PASSWORD_FILE", "hunter2hunter2", ""},
		{"TOKEN_TTL", "hunter2hunter2", ""},
		{"SESSION_TOKEN", "3600s", ""},
		{"PUBLIC_KEY", "hunter2hunter2", ""},
		{"PWD", "hunter2", ""},
		{"COMPASS", "hunter2", ""},
		{"MONKEY", "hunter2", ""},
		{"URL", "https://example.org/a:b@c", ""},
		{"URL", "postgres://web:$(PASSWORD)@db", ""},
		{"URL", "postgres://web:<password>@db", ""},
		{"AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE", ""},
	} {
		got := secret.Find(c.name, c.value)
		if got.What != c.want {
			t.Errorf("%s=%s: %q, want %q", c.name, c.value, got.What, c.want)
		}
		if guessed := strings.HasSuffix(c.want, "well-known default value") || strings.Contains(c.value, ":guest@"); got.WellKnown != guessed {
			t.Errorf("%s=%s: guessed is %v", c.name, c.value, got.WellKnown)
		}
		if len(c.value) > 3 && strings.Contains(got.What+got.Evidence, c.value) {
			t.Errorf("%s: the value is told: %q", c.name, got.Evidence)
		}
	}
}

// TestHarmless has what Find does not come to: variables of a build.
func TestHarmless(t *testing.T) {
	for value, want := range map[string]bool{"$API_KEY": false, "${API_KEY}": false, "${HOME}/key": true, "a_api_key_b": true, "false": true, "None": true, "12h": true} {
		if got := secret.Harmless("API_KEY", value); got != want {
			t.Errorf("Harmless(%q) = %v, want %v", value, got, want)
		}
	}
}

func TestRandom(t *testing.T) {
	for value, want := range map[string][2]bool{ // Random, LooksLikeKey
		"Zk3vQ9xT1bN7mR5wY2cL8pD4fH6jS0aG":      {true, true},
		"0123456789abcdef0123456789abcdef":      {false, true},
		"s3cr3t":                                {false, false},
		"":                                      {false, false},
		strings.Repeat("aB3", 20):               {false, false}, // long, and three letters
		strings.Repeat("Zk3vQ9xT1bN7mR5w", 50):  {false, true},  // longer than keys are
		"a sentence of a person, with 1 Number": {false, false},
	} {
		if got := [2]bool{secret.Random(value), secret.LooksLikeKey(value)}; got != want {
			t.Errorf("%.40q: random and keylike %v, want %v", value, got, want)
		}
	}
}

func TestURLPasswords(t *testing.T) {
	got := secret.URLPasswords("a postgres://u:one@db:5432/x, redis://:two@cache and http://u:${THREE}@h https://u:<four>@h https://h/a:b@c")
	want := []secret.URLPassword{{Password: "one", Host: "db"}, {Password: "two", Host: "cache"}}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestSettings(t *testing.T) {
	text := "# comment\nserver:\n  port: 80\ndb.password=q7Rk2pX9\r\n\"apiKey\": \"8312341g-5678\",\n- TOKEN: ${TOKEN}\nurl: amqp://a:b8sd@queue\npassword:\n  PASS = 'x9'\n" +
		"#secret=q7Rk2pX9\n// token: q7Rk2pX9\n;password=q7Rk2pX9\npassword = os.environ['DB']\ntoken = read()\npassword_encryption = md5\n"
	if got, want := secret.Settings(text), []string{"db.password", "apiKey", "url", "PASS"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestSettingsOfDirectives(t *testing.T) {
	text := "fastcgi_pass 127.0.0.1:9000;\n  memcached_pass cache:11211;\nexport API_TOKEN=q7Rk2pX9\nrequirepass q7Rk2pX9\nmasterauth \"q7Rk2pX9\"\nrequirepass ${REDIS}\n" +
		"upstream url: amqp://a:b8sd@queue\nset password = q7Rk2pX9\nthe password: long ago\n"
	if got, want := secret.Settings(text), []string{"export API_TOKEN", "requirepass", "masterauth", "upstream url", "set password"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("DB_PASSWORD", "postgres://u:p@h")
	f.Add("a\xff", "${")
	f.Fuzz(func(t *testing.T, name, value string) {
		got := secret.Find(name, value)
		if len(value) > 40 && strings.Contains(got.What+got.Evidence, value) {
			t.Errorf("%q tells its value", name)
		}
		secret.Settings(value)
		secret.Random(value)
	})
}

func TestKeysThatBrowsersGetAreNoSecrets(t *testing.T) {
	for name, want := range map[string]bool{
		"REACT_APP_API_KEY": false, "VITE_GOOGLE_MAPS_API_KEY": false, "VUE_APP_MAPBOX_TOKEN": false, "NG_APP_ACCESS_TOKEN": false, "GATSBY_ALGOLIA_API_KEY": false,
		"REACT_APP_DB_PASSWORD": true, "VITE_CLIENT_SECRET": true, "REACT_API_KEY": true, "API_KEY": true, "APP_KEY": true, "INVITE_TOKEN": true,
	} {
		if got := secret.Named(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
