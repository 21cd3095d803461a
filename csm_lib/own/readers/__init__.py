"""Readers of files in foreign formats, run in a process of their own.

The libraries that read Excel, SPSS, Stata and Parquet are native code. A damaged or hostile file
can crash them, or make them ask for all the memory there is; in their own process, with a bound
on memory and time, that ends in an error message (`csm_lib.own.tables.apart` runs them). Nothing
here imports pandas, so that the process starts quickly.
"""
