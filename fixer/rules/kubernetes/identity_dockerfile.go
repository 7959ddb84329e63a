package kubernetes

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// numberInDockerfile writes the number of a user where the Dockerfile of the image names
// it, so that the kubelet knows it not to be root. The manifest stays as it is.
func numberInDockerfile(id identity) (fixer.Fix, bool) {
	b := id.spec.Image.Build
	if !id.Refused || b == nil || !b.Certain || !id.spec.Image.User.IsNonRoot() {
		return fixer.Fix{}, false
	}
	user := b.Stage.User()
	if user.Stage != b.Stage || len(user.At.Words) != 1 || user.At.Words[0].Raw != user.Text {
		return fixer.Fix{}, false
	}
	who := id.spec.Image.User
	value := strconv.Itoa(who.UID)
	switch name, group, grouped := strings.Cut(user.Text, ":"); {
	case grouped && group == name && who.KnownGID:
		value += ":" + strconv.Itoa(who.GID)
	case grouped:
		value += ":" + group
	}
	at, file, path := user.At, b.File, b.Path
	return fixer.Fix{
		ID:     "dockerfile",
		Title:  fmt.Sprintf("Write USER %s in %s", value, path),
		Level:  fixer.Review,
		Breaks: fmt.Sprintf("The image runs as another user if %s has another uid. The container does not start until the image is built again", who.Name),
		Verify: fmt.Sprintf("docker run --rm --entrypoint id IMAGE\nprints %s", who.Name),
		Edit: func(d *fixer.Draft) error {
			edits, err := file.ReplaceWord(at, at.Words[0], value)
			if err != nil {
				return err
			}
			d.At(path).Dockerfile([]text.Edit(edits), dockerfile.FieldUser)
			return nil
		},
	}, true
}
