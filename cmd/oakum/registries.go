package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/oakum-sec/oakum/fixer"
)

// allowVariable holds the registries that images may come from, with commas between,
// for where no flag does.
const allowVariable = "OAKUM_ALLOW_REGISTRIES"

// registries are those that images may come from; nil without such a policy.
func (f *selectFlags) registries(cmd *cobra.Command) ([]string, error) {
	list, from := f.allow, "--allow-registry"
	switch {
	case len(list) > 0:
	case cmd.Flags().Changed("allow-registry"): // an empty variable of a script is no policy by mistake
		return nil, errors.New("--allow-registry needs a registry")
	default:
		from = allowVariable
		for s := range strings.SplitSeq(os.Getenv(allowVariable), ",") {
			if s = strings.TrimSpace(s); s != "" {
				list = append(list, s)
			}
		}
	}
	registries, err := fixer.ParseRegistries(list)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	return registries, nil
}
