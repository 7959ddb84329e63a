package build

import (
	"regexp"
	"slices"
	"strings"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// indifferent are programs that do the same whatever variables of other
// programs are in their environment: what they are given of those is in their
// words.
var indifferent = text.WordSet(`apt-get apt aptitude apk yum dnf microdnf tdnf zypper dpkg rpm apt-key gpg add-apt-repository dpkg-reconfigure update-ca-certificates
	mkdir rm rmdir mv cp ln touch chmod chown chgrp install cat tee ls stat file readlink realpath mktemp dirname basename du df sync unlink shred
	useradd adduser userdel usermod groupadd addgroup groupmod gpasswd passwd chpasswd id whoami
	tar unzip zip gzip gunzip xz unxz bzip2 bunzip2 zstd cpio sha1sum sha256sum sha512sum md5sum base64
	curl wget echo printf cd pwd pushd popd set true false : test [ [[ exit return shift wait trap sleep date uname umask unset export readonly local declare
	sed grep egrep fgrep cut tr head tail sort uniq wc diff cmp which type command hash strip ldd ldconfig locale-gen localedef update-alternatives
	docker-php-ext-install docker-php-ext-enable docker-php-ext-configure a2enmod a2dismod a2ensite a2dissite corepack`)

// ReadsEnvironment reports whether a program of the step may read whatever its
// environment holds: all may but those that are known not to.
func (st Step) ReadsEnvironment() bool {
	if st.Unread {
		return true
	}
	return slices.ContainsFunc(st.Commands, func(c Command) bool {
		switch {
		case len(c.Words) == 0, indifferent[c.Program], c.HandsRead:
			return false
		case c.Program == "find":
			return c.Has("-exec", "-execdir", "-ok", "-okdir")
		}
		return true
	})
}

// Expands reports whether the shell of the step puts the value of a variable into
// a word, so that whoever runs there needs it to be set. A name in single quotes
// is none: a program that reads it later is another matter.
func (st Step) Expands(name string) bool {
	reads := regexp.MustCompile(`\$\{?[#!]?` + regexp.QuoteMeta(name) + `\b|\$\{!`)
	if reads.MatchString(unescaped(st.Instruction.Text())) {
		return true
	}
	in := func(w dockerfile.Word) bool { return reads.MatchString(w.Raw) && reads.MatchString(unescaped(w.Raw)) }
	for _, c := range st.Commands {
		if c.HandsRead {
			continue // the commands of the text are looked at
		}
		if slices.ContainsFunc(c.Words, in) || slices.ContainsFunc(c.Assigns, in) ||
			slices.ContainsFunc(c.Redirects, func(r dockerfile.Redirect) bool { return in(r.File) }) || c.Input != nil && reads.MatchString(c.Input.Raw) {
			return true
		}
	}
	return false
}

// unescaped is a word without what the shell does not expand: text in single
// quotes, and what stands behind a backslash.
func unescaped(raw string) string {
	var out strings.Builder
	single, double := false, false
	for i := 0; i < len(raw); i++ {
		switch b := raw[i]; {
		case single:
			single = b != '\''
		case b == '\\':
			i++
		case b == '"':
			double = !double
		case b == '\'' && !double:
			single = true
		default:
			out.WriteByte(b)
		}
	}
	return out.String()
}
