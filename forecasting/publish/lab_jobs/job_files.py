"""Copying of a job's files to the folder in which JupyterLab shows them."""

from threading import Thread

from jupyter_scheduler.job_files_manager import Downloader, JobFilesManager


class ReportFiles(JobFilesManager):
    """Copies the files of a job below the server's root folder, whatever its working directory."""

    async def copy_from_staging(self, job_id: str, redownload: bool | None = False) -> None:
        """Start copying in a thread."""
        job = self.scheduler.get_job(job_id, False)
        copy = Downloader(
            output_formats=job.output_formats,
            output_filenames=self.scheduler.get_job_filenames(job),
            staging_paths=self.scheduler.get_staging_paths(job),
            output_dir=self.scheduler.get_local_output_path(job),
            redownload=bool(redownload),
            include_staging_files=bool(job.package_input_folder),
        )
        Thread(target=copy.download, daemon=True).start()
