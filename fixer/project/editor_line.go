package project

import (
	"path/filepath"
	"strconv"
	"strings"
)

// atLine gives the arguments that open a file at a line, by the conventions of
// the editor that the words start. One it does not know gets the file alone.
func atLine(words []string, file string, line int) []string {
	n := strconv.Itoa(line)
	name := strings.ToLower(strings.TrimSuffix(filepath.Base(words[0]), ".exe"))
	switch name {
	case "vi", "vim", "nvim", "view", "vis", "nano", "pico", "emacs", "emacsclient", "joe", "jed", "mg", "ne", "micro", "kak":
		return []string{"+" + n, file}
	case "gvim", "mvim":
		return append(waiting(words, "-f"), "+"+n, file)
	case "hx", "helix":
		return []string{file + ":" + n}
	case "code", "code-insiders", "codium", "vscodium", "cursor", "windsurf":
		return append(waiting(words, "--wait"), "--goto", file+":"+n)
	case "subl", "zed", "zeditor":
		return append(waiting(words, "--wait"), file+":"+n)
	}
	return []string{file}
}

// waiting is the flag that makes an editor with windows come back only when the
// file is closed, unless it is among the words already.
func waiting(words []string, flag string) []string {
	for _, w := range words[1:] {
		if w == flag || w == "-w" {
			return nil
		}
	}
	return []string{flag}
}
