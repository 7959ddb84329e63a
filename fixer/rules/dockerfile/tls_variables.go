package dockerfile

import (
	"strings"
)

// insecureVariables switch a check off, with what they must hold to do so.
var insecureVariables = map[string]func(value string) bool{
	"NODE_TLS_REJECT_UNAUTHORIZED": isOff,
	"PYTHONHTTPSVERIFY":            isOff,
	"GIT_SSL_NO_VERIFY":            isGiven,
	"NPM_CONFIG_STRICT_SSL":        isOff,
	"YARN_STRICT_SSL":              isOff,
	"YARN_ENABLE_STRICT_SSL":       isOff,
	"PIP_TRUSTED_HOST":             isHost,
	"CONDA_SSL_VERIFY":             isOff,
	"GOINSECURE":                   isHost,
	"COMPOSER_DISABLE_TLS":         isOn,
	"HOMEBREW_CURLRC_INSECURE":     isOn,
}

func isOff(v string) bool {
	switch strings.ToLower(v) {
	case "0", "false", "no", "off":
		return true
	}
	return false
}

func isOn(v string) bool {
	switch strings.ToLower(v) {
	case "1", "true", "yes", "on":
		return true
	}
	return false
}

// isGiven is for variables of which git only asks whether they are set.
func isGiven(v string) bool { return v != "" }

func isHost(v string) bool {
	return v != "" && !isOff(v) && !strings.Contains(v, "$") && !strings.HasPrefix(v, "localhost") && !strings.HasPrefix(v, "127.")
}

func insecureVariable(name, value string) bool {
	check := insecureVariables[strings.ToUpper(name)]
	return check != nil && check(strings.Trim(value, `"'`))
}
