"""The facts that health checks judge, a module per group; what is dear is read by itself."""
