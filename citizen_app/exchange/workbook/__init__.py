"""The bus network as county staff keep it: an Excel workbook. `reader.read_workbook` takes it in, `template` makes an empty one."""
