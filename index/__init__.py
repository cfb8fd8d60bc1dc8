"""From corpus files to cited answers: `index.engine.Engine` is the way in for other packages."""
