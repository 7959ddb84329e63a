package secret

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Reference reports whether a value only says where a secret is found: another
// variable, a template's field, or the address of a secret store.
func Reference(value string) bool {
	for _, sign := range []string{"$(", "${", "{{", "<path:", "ENC["} {
		if strings.Contains(value, sign) {
			return true
		}
	}
	for _, scheme := range []string{"vault:", "ref+", "op://", "arn:", "sm://", "secret://", "secretref:", "awssm:", "gcpsm:", "file:", "projects/",
		"bao:", "gcp:secretmanager:", "gcp:sm:", "azure:keyvault:", "keyvault://", "ssm:", "@microsoft.keyvault(", "{cipher}", "enc("} {
		if strings.HasPrefix(strings.ToLower(value), scheme) {
			return true
		}
	}
	return strings.HasPrefix(value, "$")
}

// Harmless reports whether what a name calls a secret is none: nothing, a
// placeholder, a switch, a path, an address, or a number of seconds. It says
// nothing of forms ([Forms]) and of references ([Reference]).
func Harmless(name, value string) bool {
	value = strings.TrimSpace(value)
	lower := strings.ToLower(value)
	switch {
	case value == "", Placeholder(value), repeats(name, value), holders[value]: // TOKEN=SECRET
		return true
	case slices.Contains([]string{"true", "false", "yes", "no", "on", "off", "none", "null", "nil", "~"}, lower): // ~ is null in YAML
		return true
	case strings.HasPrefix(value, "/"), strings.HasPrefix(value, "./"), strings.HasPrefix(value, "~/"), strings.HasPrefix(value, "${HOME}/"), strings.Contains(value, "://"):
		return true
	case isPasswordName(name):
		return false
	}
	return len(value) < 6 && strings.Trim(value, "0123456789smhd") == "" // a time or a limit
}

// repeats reports whether a value is made of its own name, as in
// DB_PASSWORD=INSERT_DB_PASSWORD. A name of one word is looked for in capitals
// only: people do choose "password" for a password. A variable of that name is
// no placeholder.
func repeats(name, value string) bool {
	if strings.Contains(value, "$") {
		return false
	}
	if len(Words(name)) > 1 {
		return strings.Contains(strings.ToLower(value), strings.ToLower(name))
	}
	return len(name) > 3 && name == strings.ToUpper(name) && strings.Contains(value, name)
}

var placeholderText = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(dummy|placeholder|invalid|disabled|example|fake|sample|undefined|unset|not[-_ ]?set|unused|not[-_ ]?used|empty|todo|tbd|fixme|redacted|ignored|build|buildtime)\b` +
		`|^(change|replace|set|override|insert|enter|put|fill|add)[-_ ]?(me|it|this|here|with|your)|^(your|my|some|the)[-_ ].*(here|key|token|secret|password|value|id)$` +
		`|if_you_see_this|_here$|changeme|placeholder|[-_]dummy$|not[-_ ]?a[-_ ]?real|^<.*>$|^\[.*\]$|^%.*%$|^@.*@$|^__.*__$`)
})

// Placeholder reports whether a value is a placeholder for one to come.
func Placeholder(value string) bool {
	lower := strings.ToLower(strings.Trim(value, `"' `))
	switch {
	case strings.ContainsAny(lower, "<>"), strings.HasPrefix(lower, "{{"), strings.Trim(lower, "x*.-_") == "":
		return true
	case len(lower) >= 16 && strings.Trim(lower, "0-") == "": // a key or an id of zeros
		return true
	}
	return placeholderText().MatchString(lower)
}

// IsWellKnown reports whether a value is among those that everybody tries first, or
// the beginning of its own name, as in SHOP_PASSWORD=shop.
func IsWellKnown(name, value string) bool {
	lower := strings.ToLower(value)
	return wellKnown[lower] || len(lower) > 2 && strings.HasPrefix(strings.ToLower(name), lower+"_")
}

var wellKnown = wordSet(`password passw0rd pass secret admin root toor user test guest default postgres mysql mongo mongodb redis rabbitmq
	minio minioadmin sa 123456 12345678 1234 12345 qwerty letmein demo admin123 root123 password123`)

// Interim reports whether a value is a placeholder that asks to be changed and that
// software takes for a password until it is: changeme. Where a service accepts any
// text, ask [Accepted].
func Interim(name, value string) bool {
	return Named(name) && (isPasswordName(name) || slices.Contains(Words(name), "SECRET")) && interim().MatchString(strings.ToLower(value))
}

var interim = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(please[-_ ]?)?(change|replace)[-_ ]?(me|this|it)([-_ !.].*)?$|changeme|change[-_]me`)
})

// Accepted reports whether a value is a placeholder that a service accepts as the
// password it is started with: any text but a field of a template.
func Accepted(value string) bool {
	return Placeholder(value) && !strings.ContainsAny(value, "<>{}%@") && !strings.HasPrefix(value, "__") && !strings.HasPrefix(value, "[")
}
