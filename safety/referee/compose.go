package referee

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"
)

// Compose loads a file with the library that Docker Compose reads its files
// with, and returns what it has against it: what is no YAML, no setting of the
// specification or of a wrong type, and variables that it requires and that neither its
// .env nor the person sets. Nothing else is opened: what the file extends, includes or
// gives to containers is left out. Other variables without a default are empty, as for
// Compose.
func Compose(name string, data, env []byte) error {
	logrus.SetOutput(io.Discard) // variables without a value are no fault of the file
	variables, err := dotenv.ParseWithLookup(bytes.NewReader(env), func(string) (string, bool) { return "", false })
	if err != nil {
		return fmt.Errorf(".env: %w", err)
	}
	details := types.ConfigDetails{
		WorkingDir: "/", Environment: variables,
		ConfigFiles: []types.ConfigFile{{Filename: name, Content: data}},
	}
	_, err = loader.LoadWithContext(context.Background(), details, func(o *loader.Options) {
		o.SetProjectName("safety", true)
		o.SkipConsistencyCheck, o.SkipNormalization, o.SkipResolveEnvironment = true, true, true
		o.SkipExtends, o.SkipInclude, o.SkipResolveLabels, o.ResolvePaths = true, true, true, false
	})
	return err
}
