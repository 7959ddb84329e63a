package project

import (
	"context"

	"github.com/oakum-sec/oakum/fixer/report"
	"github.com/oakum-sec/oakum/fixer/survey"
)

// Map is how the services are connected and what an attacker gets, as the files are
// and as the accepted fixes make them.
func (p *Project) Map(ctx context.Context) (*report.Map, error) {
	return Await(ctx, func() (*report.Map, error) {
		m, err := survey.Of(p.session.Plan(), p.session.Facts())
		if err != nil {
			return nil, err
		}
		return &report.Map{Map: m}, nil
	})
}
