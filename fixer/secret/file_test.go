package secret

import (
	"regexp/syntax"
	"strings"
	"testing"
)

func TestFile(t *testing.T) {
	for name, want := range map[string]string{
		"id_rsa": "a private SSH key", "./keys/id_ed25519*": "a private SSH key", ".ssh/": "a private SSH key", "ssh_host_rsa_key": "a private SSH key",
		"tls/server.key": "a private key", "a-key.pem": "a private key", "privkey1.pem": "a private key", "app.P12": "a key store",
		".env": "environment variables, which often include passwords", "web/.env.production.local": "environment variables, which often include passwords",
		".kube/config": "credentials for a cluster", "prod.kubeconfig": "credentials for a cluster", "serviceAccount.json": "credentials for a cloud",
		"config/credentials.yml.enc": "credentials", "secrets.yaml": "credentials", "a.auto.tfvars": "Terraform state or variables, which hold secrets in plain text",

		"id_rsa.pub": "", "server.crt": "", "ca.pem": "", "fullchain.pem": "", ".env.example": "", "example.env": "", "env": "", "environment.ts": "",
		"monkey.js": "", "keyboard.json": "", "config.json": "", ".": "", "": "", "*": "", "secret": "", "gpg.key": "", "apt-release.key": "", "kube.go": "",
		"dhparam.pem": "", "pubkey.pem": "", "keys/": "", "docker-secret-helper": "",
	} {
		if form, _ := File(name, "/app/"); form.What != want {
			t.Errorf("File(%q) = %q, want %q", name, form.What, want)
		}
	}
}

// TestEveryFileFormHasAMark builds names of every alternative of every form: the
// quick look must not pass over what a pattern would match.
func TestEveryFileFormHasAMark(t *testing.T) {
	for _, form := range fileForms() {
		re, err := syntax.Parse(form.pattern.String(), syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		names := shortest(re)
		if len(names) == 0 {
			t.Errorf("%s: no names", form.What)
		}
		for _, name := range names {
			for _, name := range []string{name, "a/b/" + strings.TrimPrefix(name, "/"), strings.ToUpper(name)} {
				if form.pattern.MatchString(name) && !mayMatch(name) {
					t.Errorf("%s: %q has none of the marks", form.What, name)
				}
			}
			if !form.pattern.MatchString(name) && !form.pattern.MatchString("x"+name) {
				t.Errorf("%s: its pattern does not match %q", form.What, name)
			}
		}
	}
}

// shortest returns the texts that an expression matches with all its
// alternatives, and of what repeats as few as allowed.
func shortest(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{string(re.Rune)}
	case syntax.OpCharClass:
		return []string{string(re.Rune[0])}
	case syntax.OpAlternate:
		var out []string
		for _, sub := range re.Sub {
			out = append(out, shortest(sub)...)
		}
		return out
	case syntax.OpQuest:
		return append(shortest(re.Sub[0]), "")
	case syntax.OpStar:
		return []string{""}
	case syntax.OpPlus, syntax.OpCapture:
		return shortest(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min == 0 {
			return []string{""}
		}
		return shortest(re.Sub[0])
	case syntax.OpConcat:
		out := []string{""}
		for _, sub := range re.Sub {
			var next []string
			for _, head := range out {
				for _, tail := range shortest(sub) {
					next = append(next, head+tail)
				}
			}
			out = next
		}
		return out
	}
	return []string{""} // anchors match nothing that is seen
}
