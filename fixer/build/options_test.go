package build

import (
	"fmt"
	"strings"
	"testing"
)

func TestArguments(t *testing.T) {
	for run, want := range map[string]string{
		"useradd -rmu 1000 app":                  "-r -m -u=1000 | app",
		"useradd -u1000 app":                     "-u=1000 | app",
		"useradd -mu1000 app":                    "-m -u=1000 | app",
		"useradd --uid=1000 --gid 5 app":         "--uid=1000 --gid=5 | app",
		"useradd app -G a,b":                     "-G=a,b | app",
		"useradd -p '' app":                      "-p= | app",
		"useradd --password= app":                "--password= | app",
		"useradd -c -u app":                      "-c=-u | app",
		"useradd -u $UID app":                    "-u=$UID? | app",
		`useradd --uid="$UID" app`:               "--uid=$UID? | app",
		"useradd $USERADD_OPTS app":              "unknown | $USERADD_OPTS app",
		"useradd -- -u":                          " | -u",
		"useradd -u":                             "-u | ",
		"adduser -S -D -H -g comment -G grp app": "-S -D -H -g=comment -G=grp | app",
		"curl -fsSLo /x https://a":               "-f -s -S -L -o=/x | https://a",
		"tool -ab c":                             "-a -b | c",
		"tool - x":                               " | - x",
	} {
		a := first(t, run).Arguments()
		var options []string
		if a.Unknown {
			options = append(options, "unknown")
		}
		for _, o := range a.Options {
			text := o.Name
			if o.HasValue {
				text += "=" + o.Value
			}
			if o.Dynamic {
				text += "?"
			}
			options = append(options, text)
		}
		if got := fmt.Sprintf("%s | %s", strings.Join(options, " "), strings.Join(a.Names(), " ")); got != want {
			t.Errorf("%q is read as %q, want %q", run, got, want)
		}
	}
}

func TestPackageCalls(t *testing.T) {
	for run, want := range map[string]string{
		"apt-get -qq -o A=b install -y --no-install-recommends curl=7 git": "apt install curl=7 git",
		"apt-get install -yt bookworm-backports git":                       "apt install git",
		"sudo -E DEBIAN_FRONTEND=x apt-get install $PKGS":                  "apt install $PKGS",
		"time nice -n 5 apt-get update":                                    "apt update",
		"apk --no-cache add -t .build gcc":                                 "apk add gcc (.build)",
		"apk add --virtual=.build gcc make":                                "apk add gcc make (.build)",
		"microdnf -y --setopt install_weak_deps=0 install x":               "dnf install x",
		"zypper -n --root /mnt install x":                                  "",
		"dnf --installroot=/mnt install x":                                 "",
		"apk -p /mnt add x":                                                "",
		"apt-mark auto x":                                                  "",
		"$APT install x":                                                   "",
		"apt-get $X install y":                                             "apt install y", // a variable before the verb holds options
	} {
		c := first(t, run).Package
		got := ""
		if c != nil {
			got = c.Manager.Name + " " + c.Verb + " " + strings.Join(c.Packages, " ")
			if c.Virtual != "" {
				got += " (" + c.Virtual + ")"
			}
			got = strings.TrimSpace(got)
		}
		if got != want {
			t.Errorf("%q is read as %q, want %q", run, got, want)
		}
	}
}
